//! Code in Markdown: blocks between fences, and text between backticks.

use crate::run;
use std::{fs, path::Path};

/// A block between fences.
#[derive(Debug, PartialEq, Eq)]
pub struct Block {
    /// The line on which it begins.
    pub line: usize,
    /// The first word after the fence.
    pub language: String,
    /// The second: the file that the block is.
    pub file: Option<String>,
    /// What it holds.
    pub text: String,
}

/// Reads a document of the workspace.
pub fn read(name: &str) -> Result<String, String> {
    let path = run::root().join(name);
    fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The documents of the workspace: those beside its manifest, and those in `docs/`.
pub fn documents() -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    for folder in ["", "docs/", "docs/clients/"] {
        let entries = fs::read_dir(run::root().join(folder)).map_err(|error| format!("{folder}: {error}"))?;
        for entry in entries {
            let name = entry.map_err(|error| error.to_string())?.file_name().to_string_lossy().into_owned();
            if Path::new(&name).extension().is_some_and(|extension| extension == "md") {
                names.push(format!("{folder}{name}"));
            }
        }
    }
    names.sort();
    Ok(names)
}

/// The blocks of a document, in its order.
pub fn blocks(document: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (number, line) in document.lines().enumerate() {
        match (line.trim_start().strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(info), None) => {
                let mut words = info.split_whitespace().map(str::to_owned);
                let language = words.next().unwrap_or_default();
                open = Some(Block { line: number + 1, language, file: words.next(), text: String::new() });
            }
            (None, Some(block)) => {
                block.text += line;
                block.text += "\n";
            }
            (None, None) => {}
        }
    }
    blocks.extend(open);
    blocks
}

/// What stands between backticks in sentences.
pub fn code_spans(document: &str) -> Vec<String> {
    let mut fenced = false;
    let sentences = document.lines().filter(|line| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fence && !fenced
    });
    let text = sentences.collect::<Vec<_>>().join(" ");
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str =
        "Run `a --b`:\n\n```sh\na --b\n```\n\n```rust main.rs\nfn main() {\n}\n```\n`c\nd`";

    #[test]
    fn blocks_have_their_line_their_language_their_file_and_their_text() {
        let [sh, rust] = blocks(DOCUMENT).try_into().unwrap();
        let sh_is = Block { line: 3, language: "sh".into(), file: None, text: "a --b\n".into() };
        assert_eq!(sh, sh_is);
        assert_eq!((rust.file.as_deref(), rust.text.as_str()), (Some("main.rs"), "fn main() {\n}\n"));
    }

    #[test]
    fn code_in_sentences_may_go_over_the_end_of_a_line() {
        assert_eq!(code_spans(DOCUMENT), ["a --b", "c d"]);
    }
}
