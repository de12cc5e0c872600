import NestingModel

/// Globs read the simplest way, a character and a name at a time.
enum NaiveGlob {
    /// Whether a path fits one of these; none fits where there is no path.
    static func isOne(_ path: NodePath?, _ globs: [String]) -> Bool {
        guard let path else { return false }
        return globs.contains { fitsPath($0.split(separator: "/").map(String.init)[...], path.names[...]) }
    }

    /// Whether a node is one of these hosts, or a guest that one of them has.
    static func isOn(_ node: TreeNode, _ hosts: [String]) -> Bool {
        isOne(node.path.parent, hosts) || node.host != nil && isOne(node.path, hosts)
    }

    static func fits(_ pattern: String, _ name: String) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        if first == "*" {
            return (0...name.count).contains { fits(String(pattern.dropFirst()), String(name.dropFirst($0))) }
        }
        return name.first == first && fits(String(pattern.dropFirst()), String(name.dropFirst()))
    }

    private static func fitsPath(_ pattern: ArraySlice<String>, _ names: ArraySlice<String>) -> Bool {
        guard let first = pattern.first else { return names.isEmpty }
        if first == "**" { return (0...names.count).contains { fitsPath(pattern.dropFirst(), names.dropFirst($0)) } }
        guard let name = names.first else { return false }
        return fits(first, name) && fitsPath(pattern.dropFirst(), names.dropFirst())
    }
}
