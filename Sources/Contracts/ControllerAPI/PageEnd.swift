/// The last line of a page of documents (`?lines=true`), which has each document on a line of its own before it.
package struct PageEnd: Codable, Sendable, Hashable {
    /// What the query for the next page has as `after`; nil on the last one.
    package var next: String?
    /// How much of `limit` it took: findings, or nodes.
    package var taken: Int
    /// On all pages together, those that a script should hear of (`Finding.countsAsDrift`); nil where that is no word.
    package var drifting: Int?

    /// How many findings or nodes such a page has where nobody says otherwise: a megabyte or two.
    package static let usual = 2_000

    package init(next: String?, taken: Int, drifting: Int? = nil) {
        self.next = next
        self.taken = taken
        self.drifting = drifting
    }
}
