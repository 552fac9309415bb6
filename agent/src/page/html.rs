//! Writing HTML: what stands in the program goes out as it is, everything else is escaped. There is no third way.

/// A piece of HTML.
#[derive(Debug, Default)]
pub struct Html(String);

impl Html {
    /// Nothing yet.
    pub fn new() -> Html {
        Html::default()
    }

    /// Markup of ours. Only what is written in the program has this type, so no value can come in here.
    pub fn raw(&mut self, markup: &'static str) -> &mut Html {
        self.0.push_str(markup);
        self
    }

    /// A text from anywhere, for content and for attributes in double quotes.
    pub fn text(&mut self, text: &str) -> &mut Html {
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                '\n' => self.0.push('\n'),
                // Not allowed in HTML, and some turn the direction of the text around.
                other if other.is_control() || is_direction(other) => self.0.push('\u{FFFD}'),
                other => self.0.push(other),
            }
        }
        self
    }

    /// A row of a table: what it is called, and what it is.
    pub fn row(&mut self, name: &'static str, value: &str) -> &mut Html {
        self.raw("<tr><th scope=\"row\">")
            .raw(name)
            .raw("</th><td>");
        match value {
            "" => self.raw("<span class=\"none\">none</span>"),
            value => self.text(value),
        };
        self.raw("</td></tr>\n")
    }

    /// Everything written.
    pub fn finish(self) -> String {
        self.0
    }
}

/// Whether a character changes in which direction the text around it is read.
fn is_direction(character: char) -> bool {
    matches!(character, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers D-13.
    #[test]
    fn no_text_becomes_markup() {
        let mut html = Html::new();
        html.raw("<p title=\"")
            .text("\" onclick=\"x\" a='")
            .raw("\">");
        html.text("<script>alert(1)</script>&amp;\u{0}\u{202E}\u{85}");
        let written = html.finish();
        assert_eq!(
            written,
            "<p title=\"&quot; onclick=&quot;x&quot; a=&#39;\">\
             &lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;\u{FFFD}\u{FFFD}\u{FFFD}"
        );
    }
}
