//! Finds the code that each mutant changes in a source file. Adds the code of the mutants to the file.

use std::collections::BTreeMap;
use std::ops::Range;

use proc_macro2::Span;
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};

use crate::mutant::{Genre, Mutant, bytes, offset};

/// A range of a source file and the mutants that change it. Each mutant is written as an `if` that runs the mutant's
/// code.
struct Edit {
    range: Range<usize>,
    mutants: Vec<Alternative>,
    /// Says where the code of the mutants is written. If true, a chain of `if` and `else` replaces the code in `range`:
    /// it has one `if` for each mutant, and the original code is in the last `else`. If false, the code in `range`
    /// stays, and one `if` for each mutant is inserted before it.
    wraps: bool,
}

struct Alternative {
    number: usize,
    text: String,
}

/// The text of a source file to which the code of the mutants was added. `places` contains the number of each mutant
/// and the byte range of its code.
pub struct Edited {
    pub text: String,
    pub places: Vec<(usize, Range<usize>)>,
}

/// The places in a source file that mutants can change, found by parsing the file. The key of each map is the byte
/// offset at which a change begins, as in the list of mutants. For an operator, this is the offset of the operator
/// itself. For a match arm, it is the beginning of the arm's pattern.
#[derive(Default)]
struct Places<'s> {
    source: &'s str,
    binary: BTreeMap<usize, [Range<usize>; 3]>,
    unary: BTreeMap<usize, [Range<usize>; 2]>,
    arms: BTreeMap<usize, (usize, Option<Range<usize>>)>,
    /// The fields of struct expressions that end with `..`, such as `S { a: 1, ..rest }`. The key is the offset at
    /// which the field `a: 1` begins. The entry has the range of `1`, and the code that a mutant puts there instead,
    /// which is `{ (rest).a }`.
    fields: BTreeMap<usize, (Range<usize>, String)>,
}

impl Places<'_> {
    fn range(&self, span: Span) -> Range<usize> {
        let at = |place: proc_macro2::LineColumn| offset(self.source, (place.line, place.column + 1));
        at(span.start())..at(span.end())
    }
}

/// Whether a condition contains a `let`. Rust does not allow such a condition in parentheses.
fn has_let(expr: &syn::Expr) -> bool {
    match expr {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(both) => has_let(&both.left) || has_let(&both.right),
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Places<'_> {
    fn visit_expr_binary(&mut self, both: &'ast syn::ExprBinary) {
        if !has_let(&both.left) && !has_let(&both.right) {
            let parts = [both.span(), both.left.span(), both.right.span()].map(|span| self.range(span));
            self.binary.insert(self.range(both.op.span()).start, parts);
        }
        visit::visit_expr_binary(self, both);
    }

    fn visit_expr_unary(&mut self, one: &'ast syn::ExprUnary) {
        let parts = [one.span(), one.expr.span()].map(|span| self.range(span));
        self.unary.insert(parts[0].start, parts);
        visit::visit_expr_unary(self, one);
    }

    fn visit_expr_struct(&mut self, built: &'ast syn::ExprStruct) {
        let rest = built.rest.as_ref().map(|rest| &self.source[self.range(rest.span())]);
        for field in built.fields.iter().filter(|field| field.colon_token.is_some()) {
            if let (Some(rest), syn::Member::Named(name)) = (rest, &field.member) {
                let place = self.range(field.span()).start;
                self.fields.insert(place, (self.range(field.expr.span()), format!("{{ ({rest}).{name} }}")));
            }
        }
        visit::visit_expr_struct(self, built);
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        let guard = arm.guard.as_ref().map(|(_, guard)| self.range(guard.span()));
        let pattern = self.range(arm.pat.span());
        self.arms.insert(pattern.start, (pattern.end, guard));
        visit::visit_arm(self, arm);
    }
}

/// Adds the code of these mutants to a source file. Prints the names of mutants whose place was not found, and leaves
/// them out.
pub fn edit(source: &str, mutants: &[&Mutant]) -> Edited {
    let mut places = Places { source, ..Places::default() };
    places.visit_file(&syn::parse_file(source).expect("a source file"));
    let mut edits: BTreeMap<(usize, usize, bool), Edit> = BTreeMap::new();
    for mutant in mutants {
        let Some((range, text, wraps)) = place(source, &places, mutant) else {
            println!("not built: {}", mutant.name);
            continue;
        };
        let edit = edits.entry((range.start, usize::MAX - range.end, wraps)).or_insert(Edit {
            range,
            mutants: Vec::new(),
            wraps,
        });
        edit.mutants.push(Alternative { number: mutant.number, text });
    }
    let mut edited = Edited { text: String::new(), places: Vec::new() };
    let edits: Vec<Edit> = edits.into_values().collect();
    render(source, 0..source.len(), &edits, &mut edited);
    edited
}

/// Returns three values: the range that a mutant changes, the mutant's code, and whether this code replaces the range
/// ([`Edit::wraps`]). If it does not, the code is a statement that is inserted before the range. Returns `None` if the
/// parsed file has nothing to change at the mutant's position.
fn place(source: &str, places: &Places<'_>, mutant: &Mutant) -> Option<(Range<usize>, String, bool)> {
    let range = bytes(source, mutant.start, mutant.end);
    let value = &mutant.replacement;
    Some(match mutant.genre {
        Genre::Body => (range.start..range.start, format!("{{ return {value}; }}"), false),
        Genre::Binary => {
            let [whole, left, right] = places.binary.get(&range.start)?.clone();
            (whole, format!("{{ {} {value} {} }}", &source[left], &source[right]), true)
        }
        Genre::Unary => {
            let [whole, inner] = places.unary.get(&range.start)?.clone();
            (whole, format!("{{ {} }}", &source[inner]), true)
        }
        Genre::Field => {
            let (value, rest) = places.fields.get(&range.start)?.clone();
            (value, rest, true)
        }
        Genre::Guard => (range, format!("{{ {value} }}"), true),
        // An arm without a guard gets a guard after its pattern.
        Genre::Arm => match places.arms.get(&range.start)?.clone() {
            (_, Some(guard)) => (guard, "{ false }".into(), true),
            (end, None) => (end..end, String::new(), false),
        },
    })
}

fn render(source: &str, range: Range<usize>, edits: &[Edit], edited: &mut Edited) {
    let (mut at, mut index) = (range.start, 0);
    while let Some(edit) = edits.get(index) {
        edited.text += &source[at..edit.range.start];
        let inside = edits[index + 1..].iter().take_while(|inner| inner.range.start < edit.range.end).count();
        let first = edited.text.len();
        let open = if edit.wraps { "(" } else { "" };
        edited.text += open;
        for Alternative { number, text } in &edit.mutants {
            let begin = edited.text.len();
            edited.text += &match (edit.wraps, text.is_empty()) {
                (true, _) => format!("if crate::is_mutant({number}) {text} else "),
                (false, true) => format!(" if !crate::is_mutant({number}) "),
                (false, false) => format!("if crate::is_mutant({number}) {text} "),
            };
            edited.places.push((*number, begin..edited.text.len()));
        }
        if edit.wraps {
            edited.text += "{ ";
            render(source, edit.range.clone(), &edits[index + 1..=index + inside], edited);
            edited.text += " })";
            let last = edited.text.len();
            edited.places.extend(edit.mutants.iter().map(|one| (one.number, first..last)));
        }
        at = edit.range.end;
        index += 1 + if edit.wraps { inside } else { 0 };
    }
    edited.text += &source[at..range.end];
}
