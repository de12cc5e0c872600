package import FoundationEssentials
package import NestingModel

/// What evaluating some nesting trees takes, without reading the others. A tree is named by its root's name.
package protocol TreeReading {
    /// The trees of which something changed that an evaluation goes by: hosts, whether they can be read, reports, what
    /// people said of findings, and what was corrected. That the same was read again is no change.
    /// - Parameter count: as it was told with the changes that were seen to before; 0 for all.
    func changedTrees(since count: Int) throws(StoreFailure) -> TreeChanges
    /// Hands over all hosts with their reports, some whole trees at a time: those of a large fleet are hundreds of
    /// megabytes as documents.
    func eachTree(_ body: ([HostView]) throws(StoreFailure) -> Void) throws(StoreFailure)
    /// The physical host of that name and all that are inside it, by path, with their reports.
    func hosts(ofTree root: String) throws(StoreFailure) -> [HostView]
    /// Open, stale and exempted ones.
    func standingFindings(ofTree root: String) throws(StoreFailure) -> [Finding]
    /// Guests that are exposed, and were never seen to run a guest since; with since when.
    /// - Parameter root: nil for all trees.
    func unusedExposure(ofTree root: String?) throws(StoreFailure) -> [NodePath: Date]
    /// Of the newest policies; 0 where there are none.
    func policyRevision() throws(StoreFailure) -> Int
}

package protocol TreeWriting: TreeReading {
    /// Notes that these were judged at a time, and that every other tree was found to be as it was when it was judged:
    /// what was seen there then is seen now.
    func markJudged(trees: Set<String>, at now: Date) throws(StoreFailure)
}

/// Trees that changed, and up to which change that is told.
package struct TreeChanges: Sendable, Hashable {
    package var trees: Set<String>
    package var count: Int

    package init(trees: Set<String>, count: Int) {
        self.trees = trees
        self.count = count
    }
}
