//! A browser without scripts: it keeps cookies, sends forms back and follows where it is led.

use crate::http_client;
use reqwest::{RequestBuilder, header};
use std::collections::HashMap;

/// A browser.
#[derive(Clone)]
pub struct Browser {
    /// The origin of the server.
    pub origin: String,
    /// Its cookies, by name.
    pub cookies: HashMap<String, String>,
}

/// What it shows.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    pub headers: header::HeaderMap,
    /// Where it is led.
    pub location: Option<String>,
    pub html: String,
}

impl Browser {
    /// One that nobody has used yet, for the server at this origin.
    pub fn at(origin: &str) -> Self {
        Self { origin: origin.to_owned(), cookies: HashMap::new() }
    }

    /// Opens a page of the server's.
    pub async fn get(&mut self, path: &str) -> Page {
        let request = http_client::shared().get(format!("{}{path}", self.origin));
        self.open(request).await
    }

    /// Sends the first form of a page, with these fields more.
    pub async fn submit(&mut self, page: &Page, more: &[(&str, &str)]) -> Page {
        let (action, mut fields) = page.form();
        fields.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self.post(&action, &fields).await
    }

    /// Sends a form.
    pub async fn post(&mut self, path: &str, fields: &[(String, String)]) -> Page {
        self.open(http_client::shared().post(format!("{}{path}", self.origin)).form(fields)).await
    }

    /// Goes where it is led, as long as that is on this server.
    pub async fn follow(&mut self, mut page: Page) -> Page {
        while let Some(path) = page.location.as_ref().filter(|location| location.starts_with('/')).cloned() {
            page = self.get(&path).await;
        }
        page
    }

    async fn open(&mut self, request: RequestBuilder) -> Page {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request =
            if cookies.is_empty() { request } else { request.header(header::COOKIE, cookies.join("; ")) };
        let response = request.send().await.unwrap();
        let headers = response.headers().clone();
        for cookie in headers.get_all(header::SET_COOKIE) {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            match value {
                "" => drop(self.cookies.remove(name)),
                value => drop(self.cookies.insert(name.to_owned(), value.to_owned())),
            }
        }
        let location = headers.get(header::LOCATION).map(|location| location.to_str().unwrap().to_owned());
        Page { status: response.status().as_u16(), location, headers, html: response.text().await.unwrap() }
    }
}

impl Page {
    /// Where its form goes, and the fields that are in it.
    pub fn form(&self) -> (String, Vec<(String, String)>) {
        let form = self.html.split_once("<form").unwrap_or_else(|| panic!("no form: {self:?}")).1;
        let form = form.split_once("</form>").unwrap().0;
        let hidden = form.split("<input type=\"hidden\"").skip(1);
        let fields = hidden.map(|input| (attribute(input, "name"), attribute(input, "value"))).collect();
        (attribute(form, "action"), fields)
    }
}

fn attribute(html: &str, name: &str) -> String {
    let after = html.split_once(&format!("{name}=\"")).unwrap().1;
    let value = after.split_once('"').unwrap().0;
    let entities = [
        ("&#39;", "'"),
        ("&#34;", "\""),
        ("&quot;", "\""),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ];
    entities.iter().fold(value.to_owned(), |text, (entity, letter)| text.replace(entity, letter))
}
