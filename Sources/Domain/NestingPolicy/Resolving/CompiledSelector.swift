import NestingModel

/// A selector made ready to be asked half a million times: an object, so that asking one of many copies nothing.
final class CompiledSelector: Sendable {
    private let hosts: [PathGlob]
    private let labels: [String: String]
    private let labelRules: [LabelRule]
    private let platforms: [PlatformWord]
    /// Whether it or what it leaves out asks for a platform: then nothing is said of a host whose platform is unknown.
    private let needsPlatform: Bool
    private let paths: [PathGlob]
    private let levels: [Int]
    private let guests: [NameGlob]
    private let uuids: Set<String>
    /// What is left out: that which asks of hosts alone is told once for all guests of a host.
    private let hostExclusions: [CompiledSelector]
    private let exclusions: [CompiledSelector]
    private let isEmpty: Bool

    init(_ selector: PolicySelector) {
        hosts = selector.hosts.map(PathGlob.init)
        labels = selector.labels
        labelRules = selector.labelRules
        platforms = selector.platforms
        needsPlatform = selector.asksPlatform
        paths = selector.paths.map(PathGlob.init)
        levels = selector.levels
        guests = selector.guests.map(NameGlob.init)
        uuids = Set(selector.uuids.map { $0.lowercased() })
        isEmpty = selector.isEmpty
        let not = selector.not.map { CompiledSelector($0) }
        hostExclusions = not.filter(\.asksOfHostsAlone)
        exclusions = not.filter { !$0.asksOfHostsAlone }
    }

    private var asksOfHostsAlone: Bool {
        !isEmpty && paths.isEmpty && hosts.isEmpty && levels.isEmpty && guests.isEmpty && uuids.isEmpty
            && exclusions.isEmpty
    }

    /// The roots that it can be about; nil where it may be any.
    var roots: Set<String>? {
        // A node and its host stand below the same root.
        let globs = paths.isEmpty ? hosts : paths
        let names = globs.compactMap(\.root)
        return globs.isEmpty || names.count < globs.count ? nil : Set(names)
    }

    /// Whether it can be about anything below this root.
    func mayMatch(root: String) -> Bool {
        [paths, hosts].allSatisfy { globs in globs.isEmpty || globs.contains { $0.mayMatch(root: root) } }
    }

    /// The UUIDs that it is about, where it asks for such and for no path.
    var onlyUUIDs: Set<String>? { paths.isEmpty && !uuids.isEmpty ? uuids : nil }

    /// The conditions that are about the host at or above a node.
    func matches(_ traits: HostTraits) -> Bool {
        if needsPlatform {
            guard let platform = traits.platform else { return false }
            if !platforms.isEmpty, !platforms.contains(where: { $0.matches(platform) }) { return false }
        }
        return labels.allSatisfy { traits.labels[$0.key] == $0.value }
            && labelRules.allSatisfy { $0.holds(traits.labels) }
            && !hostExclusions.contains { $0.matches(traits) }
    }

    /// Every other condition. A selector that states nothing matches nothing.
    /// - Parameters:
    ///   - uuid: in lower case.
    ///   - traits: for what is left out by both kinds of conditions.
    func matches(_ path: NodePath, guestName: String?, uuid: String?, traits: HostTraits) -> Bool {
        guard !isEmpty else { return false }
        if !levels.isEmpty, !levels.contains(path.level) { return false }
        if !uuids.isEmpty {
            guard let uuid, uuids.contains(uuid) else { return false }
        }
        if !guests.isEmpty {
            guard let guestName, guests.contains(where: { $0.matches(guestName) }) else { return false }
        }
        guard paths.isEmpty || paths.contains(where: { $0.matches(path.names) }) else { return false }
        guard hosts.isEmpty || hosts.contains(where: { $0.matchesHost(of: path, traits) }) else { return false }
        return !exclusions.contains {
            $0.matches(traits) && $0.matches(path, guestName: guestName, uuid: uuid, traits: traits)
        }
    }
}

extension PathGlob {
    /// Whether a host of this path has the node as its guest, or is the node itself.
    fileprivate func matchesHost(of path: NodePath, _ traits: HostTraits) -> Bool {
        path.parent.map { matches($0.names) } == true || traits.path == path.names && matches(path.names)
    }
}

extension PolicySelector {
    fileprivate var asksPlatform: Bool { !platforms.isEmpty || not.contains(where: \.asksPlatform) }
}
