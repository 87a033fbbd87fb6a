//! Passwords as requests have them.

use serde::{Deserialize, Serialize};

/// A password. It is sent, and doesn't show in what is printed for debugging.
///
/// ```
/// use roster_client::types::PasswordProfile;
///
/// let profile = PasswordProfile { password: Some("An engine, analytical".into()), ..Default::default() };
/// assert!(!format!("{profile:?}").contains("engine"));
/// assert_eq!(serde_json::to_string(&profile)?, r#"{"password":"An engine, analytical"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Password(String);

impl From<&str> for Password {
    fn from(password: &str) -> Self {
        Self(password.into())
    }
}

impl From<String> for Password {
    fn from(password: String) -> Self {
        Self(password)
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(..)")
    }
}

#[cfg(test)]
mod tests {
    use crate::{required, types};

    #[test]
    fn no_request_that_has_a_password_shows_it_in_what_is_printed_for_debugging() {
        let profile = types::PasswordProfile::builder().password(super::Password::from("the-password"));
        let ada = required::UserCreate {
            account_enabled: true,
            display_name: "Ada".into(),
            mail_nickname: "ada".into(),
            password_profile: profile.clone().try_into().unwrap(),
            user_principal_name: "ada@contoso.example".into(),
        };
        let update = types::UserUpdate::builder().password_profile(ada.password_profile.clone());
        let change = types::ChangePasswordParameters {
            current_password: "the-password".into(),
            new_password: "the-password".into(),
        };
        let shown = format!("{profile:?} {ada:?} {:?} {update:?} {change:?}", ada.clone().builder());
        assert!(!shown.contains("the-password"), "{shown}");
        assert_eq!(shown.matches("Password(..)").count(), 6);
    }
}
