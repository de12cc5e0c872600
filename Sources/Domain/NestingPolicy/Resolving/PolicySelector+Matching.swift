package import NestingModel

extension PolicySelector {
    /// Whether it is about a node: what a policy selects by, and what everything else does that borrows its words.
    /// - Parameter host: the nearest enrolled one at or above the node.
    package func selects(_ path: NodePath, guestName: String?, uuid: String?, near host: HostView?) -> Bool {
        let compiled = CompiledSelector(self)
        let traits = host.map(HostTraits.init) ?? HostTraits.none
        return compiled.matches(traits)
            && compiled.matches(path, guestName: guestName, uuid: uuid?.lowercased(), traits: traits)
    }
}
