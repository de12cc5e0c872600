package import ControllerAPI
import FleetDocuments
import FleetStore
package import NestingModel
import NestingPolicy

extension FleetController {
    /// For each setting of one node: which policy decides, which lost and why, which exemption holds, and how far
    /// Nestor goes; from the stored reports.
    package func explain(_ path: NodePath) async throws(APIError) -> PolicyExplanation {
        let (tree, set) = try await read { (work) throws(StoreFailure) in
            (try work.tree(around: path), try work.policies())
        }
        guard let explanation = PolicyEngine(set.book).explain(path, in: tree, now: environment.now()) else {
            throw .unknownPlace(path)
        }
        return explanation
    }

    /// A policy file that asks for what a live guest or host has, from the stored reports.
    package func policyFile(of path: NodePath) async throws(APIError) -> PolicyFileAnswer {
        let tree = try await read { (work) throws(StoreFailure) in try work.tree(around: path) }
        guard let node = tree.node(at: path) else { throw .unknownPlace(path) }
        let portrait = NodePortrait(of: node, parent: path.parent.flatMap(tree.node(at:))?.host)
        guard !portrait.policy.desired.isEmpty else {
            throw APIError(
                code: "nothing-known",
                sentence: "nothing is known of '\(path)' that a policy could ask for: "
                    + (portrait.gaps.isEmpty ? "it has no report" : portrait.gaps.joined(separator: "; ")),
                remedy: "read its host (nestor host check \(path.parent ?? path)), then try again")
        }
        return PolicyFileAnswer(
            text: PolicyDocument.write(PolicyBook(policies: [portrait.policy])), warnings: portrait.gaps)
    }
}
