//! `roster issuer`.

use super::{Error, Format, Target, print};
use crate::{
    directory::federated_issuers::{self, MAX_KEYS_SIZE, Unfit},
    store::federated_issuers::{self as stored, IssuerKeys},
};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

#[derive(Debug, Subcommand)]
pub(super) enum Issuer {
    /// Have assertions of another issuer count for applications with a federated credential for it, or change where its keys are
    #[command(after_help = "Examples:
  roster issuer add https://token.example --keys-url https://token.example/keys
  roster issuer add https://token.example --keys keys.json")]
    Add(Add),

    /// List the other issuers, and where their keys are
    #[command(after_help = "Example:
  roster issuer list")]
    List(Target),

    /// Have assertions of an issuer count no longer
    #[command(after_help = "Example:
  roster issuer remove https://token.example")]
    Remove(Remove),
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// The issuer, as its assertions name it (`iss`)
    #[arg(value_name = "ISSUER", value_parser = name)]
    issuer: String,

    /// A file with its public keys (JWKS)
    #[arg(long, value_name = "FILE", required_unless_present = "keys_url", conflicts_with = "keys_url")]
    keys: Option<PathBuf>,

    /// Where the server fetches its public keys (JWKS): by https, or by http from a loopback address
    #[arg(long, value_name = "URL", value_parser = federated_issuers::at)]
    keys_url: Option<IssuerKeys>,

    #[command(flatten)]
    target: Target,
}

#[derive(Debug, Args)]
pub(super) struct Remove {
    /// The issuer
    #[arg(value_name = "ISSUER")]
    issuer: String,

    #[command(flatten)]
    target: Target,
}

impl Issuer {
    pub(super) async fn run(self) -> Result<(), Error> {
        match self {
            Self::Add(add) => add.run().await,
            Self::List(target) => list(&target).await,
            Self::Remove(remove) => remove.run().await,
        }
    }
}

impl Add {
    async fn run(self) -> Result<(), Error> {
        let keys = match (self.keys_url, &self.keys) {
            (Some(at), _) => at,
            (None, file) => read(file.as_deref().unwrap_or(Path::new("")))?,
        };
        let opened = self.target.open_to_write().await?;
        let (issuer, new) = (self.issuer.clone(), keys.clone());
        opened.tenant().write(move |tx| stored::set(tx, &issuer, &new)).await.map_err(Error::Store)?;
        match self.target.output.format {
            Format::Text => print(format_args!("{}  {}", self.issuer, words(&keys))),
            Format::Json => print(as_json(&self.issuer, &keys)),
        }
    }
}

async fn list(target: &Target) -> Result<(), Error> {
    let opened = target.open_to_read().await?;
    let all = opened.tenant().read_long(stored::all).await.map_err(Error::Store)?;
    match target.output.format {
        Format::Text => {
            all.iter().try_for_each(|(issuer, keys)| print(format_args!("{issuer}  {}", words(keys))))
        }
        Format::Json => {
            let issuers: Vec<Value> = all.iter().map(|(issuer, keys)| as_json(issuer, keys)).collect();
            print(json!({"issuers": issuers}))
        }
    }
}

impl Remove {
    async fn run(self) -> Result<(), Error> {
        let opened = self.target.open_to_write().await?;
        let issuer = self.issuer.clone();
        if !opened.tenant().write(move |tx| stored::remove(tx, &issuer)).await.map_err(Error::Store)? {
            return Err(Error::Usage(format!("the tenant knows no issuer {}", self.issuer)));
        }
        match self.target.output.format {
            Format::Text => print(format_args!("removed the issuer {}", self.issuer)),
            Format::Json => print(json!({"removed": self.issuer})),
        }
    }
}

fn name(text: &str) -> Result<String, Unfit> {
    federated_issuers::check_name(text).map(|()| text.to_owned())
}

/// The keys in this file. Of one that is too large no more is read than tells so.
fn read(file: &Path) -> Result<IssuerKeys, Error> {
    let failed = |error| Error::Io(file.display().to_string(), error);
    let most = u64::try_from(MAX_KEYS_SIZE).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    File::open(file).map_err(failed)?.take(most + 1).read_to_end(&mut bytes).map_err(failed)?;
    let text = String::from_utf8(bytes).map_err(|_| Unfit::Keys);
    let keys = text.and_then(|text| federated_issuers::given(&text));
    keys.map_err(|unfit| Error::Usage(format!("{}: {unfit}", file.display())))
}

fn words(keys: &IssuerKeys) -> &str {
    match keys {
        IssuerKeys::Given(_) => "keys are given",
        IssuerKeys::At(url) => url,
    }
}

fn as_json(issuer: &str, keys: &IssuerKeys) -> Value {
    match keys {
        IssuerKeys::Given(keys) => {
            json!({"issuer": issuer, "keys": serde_json::from_str::<Value>(keys).unwrap_or_default()})
        }
        IssuerKeys::At(url) => json!({"issuer": issuer, "keysUrl": url}),
    }
}
