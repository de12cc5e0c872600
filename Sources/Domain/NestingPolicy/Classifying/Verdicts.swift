import FoundationEssentials
import NestingModel

/// What all policies and exemptions say of the nodes of one class. An object, so that nothing is copied for each node.
final class Verdict: Sendable {
    /// One setting, what is wanted of it, and how far Nestor goes for that.
    final class Wish: Sendable {
        let setting: Setting
        let decision: Decision
        let mode: EffectiveMode
        /// What is wanted, in words.
        let wanted: String
        /// Of the policy that decides.
        let policy: String
        let severity: Severity

        init(_ setting: Setting, _ decision: Decision, _ mode: EffectiveMode, by policy: Policy) {
            self.setting = setting
            self.decision = decision
            self.mode = mode
            wanted = setting.shown(decision.value)
            self.policy = policy.name
            severity = policy.severity
        }
    }

    /// In the settings' order.
    let wishes: [Wish]
    let hostNesting: Wish?
    /// Exemptions that are about the node, by number, whether they hold or not.
    let exemptions: [Int]

    init(wishes: [Wish], exemptions: [Int]) {
        self.wishes = wishes
        hostNesting = wishes.first { $0.setting == .hostNesting }
        self.exemptions = exemptions
    }

    func wish(_ setting: Setting) -> Wish? { wishes.first { $0.setting == setting } }
}

/// The policies and exemptions as they count at one time, with what was worked out of them for each class of nodes.
struct Verdicts: Sendable {
    let index: PolicyIndex
    let exemptions: ExemptionIndex
    private let newClasses: NodeClasses
    private var classes: NodeClasses
    private var known: [NodeClass: Verdict] = [:]
    private var last: (nodeClass: NodeClass, verdict: Verdict)?

    init(_ engine: PolicyEngine, at now: Date) {
        index = engine.index.counting(at: now)
        exemptions = engine.exemptions
        newClasses = NodeClasses(index.allSelectors + exemptions.exemptions.map(\.selector))
        classes = newClasses
    }

    /// Bounds what is kept from one evaluation to the next, whatever names hosts make up.
    mutating func forgetTooMany() {
        guard known.count > Self.mostKept else { return }
        classes = newClasses
        known = [:]
        last = nil
    }

    private static let mostKept = 100_000

    /// Where roots begin.
    var outside: NodeClasses.Place { classes.outside }

    /// - Returns: what is said of the node, and what goes for its children.
    mutating func enter(_ node: TreeNode, from place: NodeClasses.Place) -> (Verdict, NodeClasses.Place) {
        let (nodeClass, inside) = classes.enter(node, from: place)
        if let last, last.nodeClass == nodeClass { return (last.verdict, inside) }
        let verdict: Verdict
        if let found = known[nodeClass] {
            verdict = found
        } else {
            verdict = self.verdict(on: SelectedNode(node, inside.traits))
            known[nodeClass] = verdict
        }
        last = (nodeClass, verdict)
        return (verdict, inside)
    }

    private func verdict(on node: SelectedNode) -> Verdict {
        Verdict(
            wishes: index.decisions(index.search.matching(node)).map {
                Verdict.Wish(
                    $0.setting, $0.decision, index.mode($0.decision, of: node),
                    by: index.entries[$0.decision.policy].policy)
            }, exemptions: exemptions.search.matching(node))
    }
}

extension PolicyIndex {
    /// Of the policies and of the places where another mode holds.
    fileprivate var allSelectors: [PolicySelector] {
        entries.flatMap { [$0.policy.selector] + $0.policy.modes.map(\.selector) }
    }
}
