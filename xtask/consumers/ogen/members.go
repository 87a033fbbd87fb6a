// Adds a member to a group twice, lists the members and counts them, with the client that ogen generates.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"

	"members/graph"

	"github.com/google/uuid"
	"github.com/ogen-go/ogen/ogenerrors"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// tokens gives each request the application's token.
type tokens struct{ source oauth2.TokenSource }

func (tokens tokens) OAuth2(context.Context, graph.OperationName) (graph.OAuth2, error) {
	token, err := tokens.source.Token()
	if err != nil {
		return graph.OAuth2{}, err
	}
	return graph.OAuth2{Token: token.AccessToken}, nil
}

func (tokens) Bearer(context.Context, graph.OperationName) (graph.Bearer, error) {
	return graph.Bearer{}, ogenerrors.ErrSkipClientSecurity
}

func main() {
	ctx := context.Background()
	server := os.Getenv("ROSTER")
	sample := clientcredentials.Config{
		ClientID:     "5a3e0000-0000-4000-8000-0000000000aa",
		ClientSecret: "sample-secret-which-everybody-knows",
		TokenURL:     server + "/5a3e0000-0000-4000-8000-000000000000/oauth2/v2.0/token",
		Scopes:       []string{"https://graph.microsoft.com/.default"},
	}
	client := must(graph.NewClient(server+"/v1.0", tokens{sample.TokenSource(ctx)}))

	typists := &graph.GroupCreate{DisplayName: "Typists", MailNickname: "typists", SecurityEnabled: true}
	created := expect[*graph.GroupHeaders](must(client.CreateGroup(ctx, typists)))
	group := uuid.MustParse(created.Response.ID.Value)
	ada := &graph.ReferenceCreate{OdataDotID: "https://graph.microsoft.com/v1.0/directoryObjects/5a3e0000-0000-4000-8000-000000000101"}
	expect[*graph.AddGroupMemberNoContent](must(client.AddGroupMember(ctx, ada, graph.AddGroupMemberParams{ID: group})))
	fmt.Println("added")
	refused := expect[*graph.AddGroupMemberBadRequest](must(client.AddGroupMember(ctx, ada, graph.AddGroupMemberParams{ID: group})))
	fmt.Printf("refused: %s: %s\n", refused.Error.Code, refused.Error.Message)

	members := expect[*graph.DirectoryObjectCollection](must(client.ListGroupMembers(ctx, graph.ListGroupMembersParams{ID: group})))
	for _, member := range members.Value {
		fmt.Println("listed:", member.DisplayName.Value)
	}
	counting := graph.CountGroupMembersParams{ID: group, ConsistencyLevel: "eventual"}
	count := expect[*graph.CountGroupMembersOK](must(client.CountGroupMembers(ctx, counting)))
	fmt.Printf("counted: %s\n", must(io.ReadAll(count)))
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

// expect takes an answer that must be of this type.
func expect[T any](answer any) T {
	expected, ok := answer.(T)
	if !ok {
		log.Fatalf("%T: %+v", answer, answer)
	}
	return expected
}
