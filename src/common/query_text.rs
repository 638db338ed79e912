//! SQL in which the tables that it reads can be given other names.

/// A query in pieces: its text, and the relations that it reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueryText(Vec<Piece>);

/// What a relation's name is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Naming {
    /// It is read, and has an alias.
    Aliased,
    /// It is read, and the query may call it by its table alone.
    Bare,
    /// It stands before a column.
    Qualifier,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Relation(String, Naming),
    /// Where the query begins, or what follows its `with`.
    Head(Head),
}

/// How a query begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Head {
    /// By `with`, behind which this stands.
    With,
    /// Otherwise: this stands before its first word.
    Select,
}

impl QueryText {
    /// With more text at its end.
    #[must_use]
    pub fn text(mut self, text: &str) -> Self {
        self.0.push(Piece::Text(text.to_owned()));
        self
    }

    /// With the relation `name`, `schema.table`, at its end.
    #[must_use]
    pub fn relation(mut self, name: &str, naming: Naming) -> Self {
        self.0.push(Piece::Relation(name.to_owned(), naming));
        self
    }

    /// With the place at its end at which common table expressions can be put before its own.
    #[must_use]
    pub fn head(mut self, head: Head) -> Self {
        self.0.push(Piece::Head(head));
        self
    }

    /// With `before` and `after` around it.
    #[must_use]
    pub fn within(self, before: &str, after: &str) -> Self {
        let (first, last) = (Piece::Text(before.to_owned()), Piece::Text(after.to_owned()));
        Self(std::iter::once(first).chain(self.0).chain([last]).collect())
    }

    /// Whether it is known how the query begins.
    pub fn has_head(&self) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Head(_)))
    }

    /// The relations that it reads, each as often as it is read.
    pub fn relations(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Relation(name, Naming::Aliased | Naming::Bare) => Some(name.as_str()),
            _ => None,
        })
    }

    /// The SQL, with every relation under the name that `named` has for it.
    pub fn render(&self, named: impl Fn(&str) -> String) -> String {
        self.render_after("", named)
    }

    /// As [`Self::render`], with common table expressions before those of the query: `x as (select 1)`, separated by
    /// commas. They are left out where it is not known how the query begins.
    pub fn render_after(&self, expressions: &str, named: impl Fn(&str) -> String) -> String {
        let pieces = self.0.iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Head(_) if expressions.is_empty() => String::new(),
            Piece::Head(Head::With) => format!(" {expressions},"),
            Piece::Head(Head::Select) => format!("with {expressions}\n"),
            Piece::Relation(name, Naming::Aliased) => named(name),
            Piece::Relation(name, Naming::Bare) => format!("{} as {}", named(name), table(name)),
            Piece::Relation(name, Naming::Qualifier) => table(name).to_owned(),
        });
        pieces.collect()
    }
}

/// The table of `schema.table`.
fn table(relation: &str) -> &str {
    relation.rsplit('.').next().unwrap_or(relation)
}

#[cfg(test)]
mod tests {
    use super::{Head, Naming, QueryText};

    #[test]
    fn relations_get_other_names_and_are_called_as_before() {
        let text = QueryText::default()
            .text("select ")
            .relation("tiny.a", Naming::Qualifier)
            .text(".x, b.y from ")
            .relation("tiny.a", Naming::Bare)
            .text(" join ")
            .relation("tiny.b", Naming::Aliased)
            .text(" as b on a.x = b.x");
        let named = |name: &str| name.replace("tiny.", "t_");
        assert_eq!(text.render(named), "select a.x, b.y from t_a as a join t_b as b on a.x = b.x");
        assert_eq!(text.relations().collect::<Vec<_>>(), ["tiny.a", "tiny.b"]);
        assert!(text.within("(", ")").render(named).ends_with("b.x)"));
    }

    #[test]
    fn expressions_come_before_those_of_the_query() {
        let none = QueryText::default().text("-- why\n").head(Head::Select).text("select 1");
        assert_eq!(none.render_after("x as (select 2)", str::to_owned), "-- why\nwith x as (select 2)\nselect 1");
        let own = QueryText::default().text("with").head(Head::With).text(" a as (select 3) select 1");
        let own = own.render_after("x as (select 2)", str::to_owned);
        assert_eq!(own, "with x as (select 2), a as (select 3) select 1");
    }
}
