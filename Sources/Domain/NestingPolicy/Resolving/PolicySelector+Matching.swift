package import NestingModel

extension PolicySelector {
    /// Whether it is about a node: what a policy selects by, and what everything else does that borrows its words.
    /// - Parameter labels: of the nearest enrolled host at or above the node.
    package func selects(_ path: NodePath, guestName: String?, uuid: String?, labels offered: [String: String]) -> Bool
    {
        let compiled = CompiledSelector(self)
        return compiled.matches(labels: offered) && compiled.matches(path, guestName: guestName, uuid: uuid)
    }
}
