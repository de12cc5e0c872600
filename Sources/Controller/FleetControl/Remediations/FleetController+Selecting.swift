import ControllerAPI
import FleetStore
import NestingModel
import NestingPolicy

extension FleetController {
    /// - Throws: where a place, a policy or a finding that is named is not there, and where a selector selects nothing:
    ///   a plan of nothing would look as if all were well.
    func check(_ selection: Selection) async throws(APIError) {
        try await checkPlaces(selection.paths)
        guard selection != Selection(paths: selection.paths) else { return }
        if let selector = selection.selector {
            try check(selector)
            guard try await pickNothing([selector]) == [false] else { throw .nothingSelected(selector) }
        }
        let (policies, open) = try await read { (work) throws(StoreFailure) in
            (
                selection.policies.isEmpty ? [] : try work.policies().policies.map(\.name),
                Set(try work.findings(ids: selection.findings).filter(\.state.isOpen).map(\.id))
            )
        }
        if let unknown = selection.policies.first(where: { !policies.contains($0) }) {
            throw .unknownPolicy(unknown)
        }
        if let unknown = selection.findings.first(where: { !open.contains($0) }) {
            throw APIError(
                code: "finding-unknown", sentence: "there is no open finding '\(printable(unknown))'",
                remedy: "nestor drift shows their ids")
        }
    }

    private func check(_ selector: PolicySelector) throws(APIError) {
        guard selector.isEmpty else { return }
        throw APIError(
            code: "selector-invalid", sentence: "the selector states no condition",
            remedy: "state one, or leave it out")
    }

    /// - Throws: where that is none.
    func nodes(selectedBy selector: PolicySelector) async throws(APIError) -> Set<NodePath> {
        try check(selector)
        let tree = try await look { (_, memory) throws(StoreFailure) in memory.picture.tree() }
        let nodes = tree.paths(selectedBy: selector)
        guard !nodes.isEmpty else { throw .nothingSelected(selector) }
        return nodes
    }

    /// Of the trees that a selection can touch; nil where that is all of them.
    func roots(of selection: Selection) async throws(APIError) -> Set<NodePath>? {
        if !selection.paths.isEmpty { return Set(selection.paths.map(\.root)) }
        guard !selection.findings.isEmpty else { return nil }
        let named = try await read { (work) throws(StoreFailure) in try work.findings(ids: selection.findings) }
        return Set(named.map(\.path.root))
    }
}

extension APIError {
    static func unknownPolicy(_ name: String) -> APIError {
        APIError(
            code: "policy-unknown", sentence: "there is no policy '\(printable(name))'", remedy: "nestor policy list")
    }

    fileprivate static func nothingSelected(_ selector: PolicySelector) -> APIError {
        APIError(
            code: "selection-empty", sentence: "'\(printable(selector.text))' selects nothing that is there now",
            remedy: "nestor tree shows what is there, nestor host list the labels")
    }
}
