// Adds a member to a group twice, lists the members and counts them, with the client that openapi-generator generates for Go.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"members/graph"

	"golang.org/x/oauth2/clientcredentials"
)

func main() {
	server := os.Getenv("ROSTER")
	sample := clientcredentials.Config{
		ClientID:     "5a3e0000-0000-4000-8000-0000000000aa",
		ClientSecret: "sample-secret-which-everybody-knows",
		TokenURL:     server + "/5a3e0000-0000-4000-8000-000000000000/oauth2/v2.0/token",
		Scopes:       []string{"https://graph.microsoft.com/.default"},
	}
	ctx := context.WithValue(context.Background(), graph.ContextOAuth2, sample.TokenSource(context.Background()))
	configuration := graph.NewConfiguration()
	configuration.Servers = graph.ServerConfigurations{{URL: server + "/v1.0"}}
	client := graph.NewAPIClient(configuration)

	typists := graph.NewGroupCreate("Typists", false, "typists", true)
	group, _, err := client.GroupsAPI.CreateGroup(ctx).GroupCreate(*typists).Execute()
	must(group, err)
	ada := graph.NewReferenceCreate("https://graph.microsoft.com/v1.0/directoryObjects/5a3e0000-0000-4000-8000-000000000101")
	for range 2 {
		_, err := client.GroupMembersAPI.AddGroupMember(ctx, group.GetId()).ReferenceCreate(*ada).Execute()
		var refused *graph.GenericOpenAPIError
		switch {
		case err == nil:
			fmt.Println("added")
		case errors.As(err, &refused):
			said := refused.Model().(graph.ODataErrors).Error
			fmt.Printf("refused: %s: %s\n", said.Code, said.Message)
		default:
			log.Fatal(err)
		}
	}

	members, _, err := client.GroupMembersAPI.ListGroupMembers(ctx, group.GetId()).Execute()
	for _, member := range must(members, err).Value {
		fmt.Println("listed:", member.GetDisplayName())
	}
	count, _, err := client.GroupMembersAPI.CountGroupMembers(ctx, group.GetId()).ConsistencyLevel("eventual").Execute()
	fmt.Println("counted:", must(count, err))
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}
