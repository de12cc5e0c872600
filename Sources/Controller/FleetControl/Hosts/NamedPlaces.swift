import ControllerAPI
import FleetStore
import NestingModel
import NestingPolicy

/// Places of the nesting tree as people name them, looked up in the trees that they are in and no others: who freezes a
/// rack in an emergency does not wait until the whole fleet is read.
extension FleetReading {
    /// The nesting tree that a place is in, or would be.
    func tree(around path: NodePath) throws(StoreFailure) -> NestingTree {
        NestingTree(joining: try hosts(ofTree: path.root.name))
    }

    func isPlace(_ path: NodePath) throws(StoreFailure) -> Bool { try tree(around: path).node(at: path) != nil }
}

extension FleetController {
    /// - Throws: `path-unknown` for the first that is not there.
    func checkPlaces(_ paths: [NodePath]) async throws(APIError) {
        guard !paths.isEmpty else { return }
        let unknown = try await read { (work) throws(StoreFailure) in
            for path in paths where try !work.isPlace(path) { return path as NodePath? }
            return nil
        }
        if let unknown { throw .unknownPlace(unknown) }
    }
}

extension APIError {
    static func unknownPlace(_ path: NodePath) -> APIError {
        APIError(code: "path-unknown", sentence: "there is no '\(path)' in the tree", remedy: "nestor tree shows it")
    }
}
