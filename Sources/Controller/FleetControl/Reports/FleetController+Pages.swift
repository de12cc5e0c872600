package import ControllerAPI
import FleetStore
import FoundationEssentials
package import NestingModel

/// What is stored, as much of it at a time as somebody can take in: nothing here reads the whole fleet.
extension FleetController {
    /// - Throws: `path-unknown` where a place is neither in the tree nor has a finding, `query-invalid` for an `after`
    ///   that no page gave.
    package func findings(_ query: FindingQuery) async throws(APIError) -> FindingPage {
        var place: FindingPlace?
        if let after = query.after {
            place = FindingPlace(cursor: after)
            guard place != nil else {
                throw APIError(
                    code: "query-invalid",
                    sentence: "'after' is \(printable(after).debugDescription), and no page's end",
                    remedy: "the 'next' of the page before")
            }
        }
        var query = query
        query.limit = min(max(query.limit, 1), FindingQuery.most)
        let (page, unknown) = try await read { [query, place] (work) throws(StoreFailure) in
            let page = try work.findings(query, after: place)
            // "No drift" about a place that does not exist would be a lie.
            for path in query.paths where try !work.knows(path) { return (page, path as NodePath?) }
            return (page, nil)
        }
        if let unknown { throw .unknownPlace(unknown) }
        return page
    }

    /// Nodes of the tree with all below them.
    package func tree(at paths: [NodePath]) async throws(APIError) -> TreePage {
        let (nodes, findings) = try await read { (work) throws(StoreFailure) in
            let nodes = try paths.map { (path) throws(StoreFailure) in
                (path, try work.tree(around: path).node(at: path))
            }
            return (nodes, try work.openFindings(at: paths))
        }
        if let unknown = nodes.first(where: { $0.1 == nil }) { throw .unknownPlace(unknown.0) }
        return TreePage(tree: NestingTree(roots: nodes.compactMap(\.1)), findings: findings)
    }

    /// Whole nesting trees, by path, until they have so many nodes.
    /// - Parameter after: the last physical host of the page before.
    package func tree(after: NodePath?, limit: Int) async throws(APIError) -> TreePage {
        try await read { (work) throws(StoreFailure) in
            let rest = try work.nestingRoots().drop { root in after.map { root <= $0 } ?? false }
            var page = TreePage(tree: NestingTree(roots: []), findings: [])
            var nodes = 0
            for root in rest where nodes < max(limit, 1) {
                let tree = try work.tree(around: root)
                nodes += tree.nodes.count
                page.tree.roots += tree.roots
            }
            page.more = rest.count - page.tree.roots.count
            page.next = page.more > 0 ? page.tree.roots.last?.path : nil
            page.findings = try work.openFindings(at: page.tree.roots.map(\.path))
            return page
        }
    }
}

extension FleetReading {
    fileprivate func knows(_ path: NodePath) throws(StoreFailure) -> Bool {
        if try findings(FindingQuery(paths: [path], limit: 1), after: nil).total > 0 { return true }
        return try isPlace(path)
    }

    /// - Parameter paths: none means nowhere.
    fileprivate func openFindings(at paths: [NodePath]) throws(StoreFailure) -> [Finding] {
        paths.isEmpty ? [] : try findings(FindingQuery(paths: paths, limit: .max - 1), after: nil).findings
    }
}
