import ControllerAPI
import FleetStore
import NestingModel
import NestingPolicy

extension FleetController {
    /// Whether each of these selectors picks nothing that is there now. Nesting trees are read one after the other, with
    /// no more of their guests than selecting takes, and none beyond that in which the last selector found something.
    func pickNothing(_ selectors: [PolicySelector]) async throws(APIError) -> [Bool] {
        var left = Set(selectors.indices)
        var last: NodePath?
        while !left.isEmpty {
            let (after, before) = (last, left)
            // A few at a time, so that nobody who reads waits for the whole fleet.
            (left, last) = try await read { (work) throws(StoreFailure) in
                let roots = try work.nestingRoots(after: after, limit: 50)
                var left = before
                for root in roots where !left.isEmpty {
                    let tree = NestingTree(joining: try work.hostDocuments(ofTree: root.name).map(\.view))
                    left = left.filter { tree.paths(selectedBy: selectors[$0]).isEmpty }
                }
                return (left, roots.last)
            }
            if last == nil { break }
        }
        return selectors.indices.map(left.contains)
    }
}
