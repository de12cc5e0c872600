package import ControllerAPI
import FleetStore
import FoundationEssentials
package import NestingModel

/// What is stored, as much of it at a time as somebody can take in: nothing here reads the whole fleet.
extension FleetController {
    /// - Throws: `path-unknown` where a place is neither in the tree nor has a finding, `policy-unknown` and
    ///   `selection-empty` where nothing of that is there, `query-invalid` for an `after` that no page gave.
    package func findings(_ query: FindingQuery) async throws(APIError) -> FindingPage {
        try await page(query) { (work, query, place) throws(StoreFailure) in
            var page = try work.findings(query, after: place)
            let failed = try work.failedCorrections()
            if !failed.isEmpty { page.findings = page.findings.map { $0.told(with: failed) } }
            return page
        }
    }

    /// The same as lines: each finding's JSON, and a `PageEnd`.
    package func findingLines(_ query: FindingQuery) async throws(APIError) -> String {
        let page = try await page(query) { (work, query, place) throws(StoreFailure) in
            var page = try work.findingDocuments(query, after: place)
            let failed = try work.failedCorrections()
            if !failed.isEmpty {
                page.findings = try page.findings.map { (text) throws(StoreFailure) in
                    try FindingDocument(text).told(with: failed)
                }
            }
            return page
        }
        return page.findings.reduce(into: "") { $0 += "\($1)\n" }
            + PageEnd(next: page.next, taken: page.findings.count, drifting: page.drifting).line
    }

    private func page<Page: Sendable>(
        _ query: FindingQuery,
        _ read: @escaping @Sendable (any FleetReading, FindingQuery, FindingPlace?) throws(StoreFailure) -> Page
    ) async throws(APIError) -> Page {
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
        if let selector = query.selector { query.nodes = try await nodes(selectedBy: selector) }
        let (page, unknown) = try await self.read { [query, place] (work) throws(StoreFailure) in
            let page = try read(work, query, place)
            // "No drift" about a place that does not exist would be a lie.
            for path in query.paths where try !work.knows(path) {
                return (page, APIError.unknownPlace(path) as APIError?)
            }
            let policies = query.policies.isEmpty ? [] : try work.policies().policies.map(\.name)
            for name in query.policies where !policies.contains(name) {
                // What it decided once may still be told of.
                let told = try work.findings(FindingQuery(policies: [name], resolved: true, limit: 1), after: nil)
                if told.total == 0 { return (page, .unknownPolicy(name)) }
            }
            return (page, nil)
        }
        if let unknown { throw unknown }
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
            var page = TreePage(tree: NestingTree(roots: []), findings: [])
            var nodes = 0
            // No tree is without a node.
            for root in try work.nestingRoots(after: after, limit: max(limit, 1)) where nodes < max(limit, 1) {
                let tree = try work.tree(around: root)
                nodes += tree.nodes.count
                page.tree.roots += tree.roots
            }
            let last = page.tree.roots.last?.path
            page.more = last == nil ? 0 : try work.nestingRootCount(after: last)
            page.next = page.more > 0 ? last : nil
            page.findings = try work.openFindings(at: page.tree.roots.map(\.path))
            return page
        }
    }

    /// The same without findings, as lines: each root's JSON, and a `PageEnd`.
    package func treeLines(after: NodePath?, limit: Int) async throws(APIError) -> String {
        try await read { (work) throws(StoreFailure) -> String in
            var (lines, nodes) = ("", 0)
            var last: NodePath?
            let roots = try work.nestingRoots(after: after, limit: max(limit, 1))
            for root in roots where nodes < max(limit, 1) {
                let tree = TreeDocument(try work.hostDocuments(ofTree: root.name))
                nodes += tree.nodes
                lines += tree.text
                last = root
            }
            if try work.nestingRoots(after: last, limit: 1).isEmpty { last = nil }
            return lines + PageEnd(next: last?.description, taken: nodes).line
        }
    }
}

extension PageEnd {
    fileprivate var line: String {
        // Numbers and a text always encode.
        let data = (try? JSONEncoder().encode(self)) ?? Data()
        return String(decoding: data, as: UTF8.self) + "\n"
    }
}

/// A finding as the store has it. As many as a fleet has are not read for nothing: only its place is.
private struct FindingDocument {
    private struct Place: Decodable {
        var path: NodePath
    }

    let text: String

    init(_ text: String) { self.text = text }

    func told(with failed: [NodePath: FailedCorrection]) throws(StoreFailure) -> String {
        do {
            let data = Data(text.utf8)
            guard failed[try JSONDecoder().decode(Place.self, from: data).path] != nil else { return text }
            let (decoder, encoder) = (JSONDecoder(), JSONEncoder())
            decoder.dateDecodingStrategy = .iso8601
            encoder.dateEncodingStrategy = .iso8601
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let finding = try decoder.decode(Finding.self, from: data).told(with: failed)
            return String(decoding: try encoder.encode(finding), as: UTF8.self)
        } catch {
            throw StoreFailure(.corrupt, "a finding in the store can't be read: \(error)")
        }
    }
}

extension Finding {
    /// Where it is one that the guest's last correction should have ended.
    fileprivate func told(with failed: [NodePath: FailedCorrection]) -> Finding {
        guard state.isOpen, correctable, let correction = failed[path] else { return self }
        var finding = self
        finding.failedCorrection = correction
        return finding
    }
}

extension FleetReading {
    fileprivate func failedCorrections() throws(StoreFailure) -> [NodePath: FailedCorrection] {
        let guests = try value(.troubledGuests, as: TroubledGuests.self)?.guests ?? []
        return Dictionary(guests.map { ($0.path, $0.failedCorrection) }) { first, _ in first }
    }

    fileprivate func knows(_ path: NodePath) throws(StoreFailure) -> Bool {
        if try findings(FindingQuery(paths: [path], limit: 1), after: nil).total > 0 { return true }
        return try isPlace(path)
    }

    /// - Parameter paths: none means nowhere.
    fileprivate func openFindings(at paths: [NodePath]) throws(StoreFailure) -> [Finding] {
        paths.isEmpty ? [] : try findings(FindingQuery(paths: paths, limit: .max - 1), after: nil).findings
    }
}
