import NestingModel

/// A selector made ready to be asked half a million times.
struct CompiledSelector: Sendable {
    let labels: [String: String]
    private let paths: [PathGlob]
    private let levels: [Int]
    private let guests: [NameGlob]
    private let uuids: Set<String>
    private let isEmpty: Bool

    init(_ selector: PolicySelector) {
        labels = selector.labels
        paths = selector.paths.map(PathGlob.init)
        levels = selector.levels
        guests = selector.guests.map(NameGlob.init)
        uuids = Set(selector.uuids.map { $0.lowercased() })
        isEmpty = selector.isEmpty
    }

    /// The roots that it can be about; nil where it may be any.
    var roots: Set<String>? {
        guard !paths.isEmpty else { return nil }
        let names = paths.compactMap(\.root)
        return names.count == paths.count ? Set(names) : nil
    }

    /// The UUIDs that it is about, where it asks for such and for no path.
    var onlyUUIDs: Set<String>? { paths.isEmpty && !uuids.isEmpty ? uuids : nil }

    func matches(labels offered: [String: String]) -> Bool {
        labels.allSatisfy { offered[$0.key] == $0.value }
    }

    /// Every condition but the labels. A selector that states nothing matches nothing.
    func matches(_ path: NodePath, guestName: String?, uuid: String?) -> Bool {
        guard !isEmpty else { return false }
        if !levels.isEmpty, !levels.contains(path.level) { return false }
        if !uuids.isEmpty {
            guard let uuid, uuids.contains(uuid) else { return false }
        }
        if !guests.isEmpty {
            guard let guestName, guests.contains(where: { $0.matches(guestName) }) else { return false }
        }
        return paths.isEmpty || paths.contains { $0.matches(path.names) }
    }
}
