//! Signs a user in by a code that is entered in a browser, and shows who it is.

use roster_client::{ClientApplication, DeviceCode, connect_with, http_client};
use std::{env, error::Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = env::var("ROSTER").unwrap_or_else(|_| "http://127.0.0.1:8080".into());
    let (tenant, powershell) =
        ("5a3e0000-0000-4000-8000-000000000000", "14d82eec-204b-4c2f-b7e8-296a70dab67e");
    let application = ClientApplication::new(&server, tenant, powershell);
    let http = http_client()?;
    let device = DeviceCode::begin(&http, application, "User.Read").await?;
    println!("{}", device.message());
    let graph = connect_with(&format!("{server}/v1.0"), device.wait(&http).await?)?;
    println!("{}", graph.get_me().send().await?.display_name.as_deref().unwrap_or("a user without a name"));
    Ok(())
}
