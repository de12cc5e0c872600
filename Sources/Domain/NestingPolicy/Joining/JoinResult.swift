package import NestingModel

/// The nesting tree as the reports make it, and where their identities contradict each other.
package struct JoinResult: Sendable, Equatable {
    package var tree: NestingTree
    /// By path, then kind.
    package var conflicts: [IdentityConflict]

    package init(tree: NestingTree, conflicts: [IdentityConflict] = []) {
        self.tree = tree
        self.conflicts = conflicts
    }
}

/// An identity that does not hold: a false claim, a clone, or a guest that moved. None of them is ever acted on.
package struct IdentityConflict: Sendable, Hashable {
    /// `falseClaim`, `clone` or `guestMoved`.
    package var kind: FindingKind
    package var path: NodePath
    package var uuid: String
    /// Other places that have the UUID: a few of them, by path.
    package var others: [NodePath]
    /// False where it rests on the last report of a host that can't be read now: it may or may not still be so.
    package var isCurrent: Bool
    package var sentence: String
    package var remedy: String

    package init(
        kind: FindingKind, path: NodePath, uuid: String, others: [NodePath], isCurrent: Bool, sentence: String,
        remedy: String
    ) {
        self.kind = kind
        self.path = path
        self.uuid = uuid
        self.others = others
        self.isCurrent = isCurrent
        self.sentence = sentence
        self.remedy = remedy
    }
}

extension FindingKind {
    /// The three kinds that say that a machine may not be who it seems to be.
    package var isIdentity: Bool { self == .falseClaim || self == .clone || self == .guestMoved }
}
