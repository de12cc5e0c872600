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
            guard !selector.isEmpty else {
                throw APIError(
                    code: "selector-invalid", sentence: "the selector states no condition",
                    remedy: "state one, or leave it out")
            }
            guard try await pickNothing([selector]) == [false] else {
                throw APIError(
                    code: "selection-empty",
                    sentence: "'\(printable(selector.text))' selects nothing that is there now",
                    remedy: "nestor tree shows what is there, nestor host list the labels")
            }
        }
        let (policies, open) = try await read { (work) throws(StoreFailure) in
            (
                selection.policies.isEmpty ? [] : try work.policies().policies.map(\.name),
                Set(try work.findings(ids: selection.findings).filter(\.state.isOpen).map(\.id))
            )
        }
        if let unknown = selection.policies.first(where: { !policies.contains($0) }) {
            throw APIError(
                code: "policy-unknown", sentence: "there is no policy '\(printable(unknown))'",
                remedy: "nestor policy list")
        }
        if let unknown = selection.findings.first(where: { !open.contains($0) }) {
            throw APIError(
                code: "finding-unknown", sentence: "there is no open finding '\(printable(unknown))'",
                remedy: "nestor drift shows their ids")
        }
    }

    /// Of the trees that a selection can touch; nil where that is all of them.
    func roots(of selection: Selection) async throws(APIError) -> Set<NodePath>? {
        if !selection.paths.isEmpty { return Set(selection.paths.map(\.root)) }
        guard !selection.findings.isEmpty else { return nil }
        let named = try await read { (work) throws(StoreFailure) in try work.findings(ids: selection.findings) }
        return Set(named.map(\.path.root))
    }
}
