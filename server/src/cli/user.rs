//! `roster user`.

use super::{Error, Format, Target, print};
use crate::{
    auth::{passwords::PasswordHash, secrets::Secret},
    directory::{self, Refusal, users},
    odata::reference::Key,
    store::passwords::Stored,
};
use clap::{Args, Subcommand};
use serde_json::json;
use std::io::{self, IsTerminal, Read};

/// What is read of a password, in bytes: more than any that is taken.
const LONGEST: u64 = 2048;

#[derive(Debug, Subcommand)]
pub(super) enum User {
    /// Give a user a password, which is read from standard input; on a terminal it is asked for, and not shown. Sessions of the user
    /// and what was granted in them end
    #[command(after_help = "Examples:
  roster user set-password ada@contoso.example
  roster user set-password ada@contoso.example --must-change")]
    SetPassword(SetPassword),
}

#[derive(Debug, Args)]
pub(super) struct SetPassword {
    /// The user, by sign-in name or id
    #[arg(value_name = "UPN|ID")]
    user: String,

    /// Have the user choose another one at the next sign-in
    #[arg(long)]
    must_change: bool,

    #[command(flatten)]
    target: Target,
}

impl User {
    pub(super) async fn run(self) -> Result<(), Error> {
        match self {
            Self::SetPassword(set) => set.run().await,
        }
    }
}

impl SetPassword {
    async fn run(self) -> Result<(), Error> {
        let opened = self.target.open_to_write().await?;
        let key = Key::read(self.user.clone());
        let find = key.clone();
        // Whoever isn't there is told of before a password is typed.
        opened.tenant().read(move |tx| users::look_up(tx, &find).map(drop)).await?;
        let password = read_password()?;
        let (look, shown) = (key.clone(), password.clone());
        let checked =
            opened.tenant().read(move |tx| users::check_new_password(tx, &look, shown.reveal())).await;
        checked.map_err(|error: directory::Error| match error {
            directory::Error::Refused(Refusal::WeakPassword(_)) => Error::Usage(
                "a password has 8 to 256 characters, of three of these kinds: small letters, capital letters, digits, others".into(),
            ),
            error => error.into(),
        })?;
        let hash = PasswordHash::of(password.reveal()).map_err(|error| Error::Usage(error.to_string()))?;
        let new = Stored { hash, must_change: self.must_change };
        opened.tenant().write(move |tx| users::replace_password(tx, &key, &new)).await?;
        match self.target.output.format {
            Format::Text => print(format_args!("{} has a new password", self.user)),
            Format::Json => print(json!({"user": self.user, "mustChange": self.must_change})),
        }
    }
}

fn read_password() -> Result<Secret, Error> {
    let failed = |error| Error::Io("reading the password".into(), error);
    if io::stdin().is_terminal() {
        let password = rpassword::prompt_password("New password: ").map_err(failed)?;
        if rpassword::prompt_password("Again: ").map_err(failed)? != password {
            return Err(Error::Usage("these are two passwords: nothing is changed".into()));
        }
        return Ok(Secret::new(password));
    }
    let mut text = String::new();
    io::stdin().lock().take(LONGEST).read_to_string(&mut text).map_err(failed)?;
    let line = text.strip_suffix('\n').map_or(&*text, |line| line.strip_suffix('\r').unwrap_or(line));
    if line.contains(['\n', '\r']) {
        return Err(Error::Usage("the password must be one line of standard input".into()));
    }
    Ok(Secret::new(line))
}
