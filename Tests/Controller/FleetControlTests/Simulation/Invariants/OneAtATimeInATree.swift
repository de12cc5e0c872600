import NestingModel

/// One remediation in the fleet, and one item in motion in each nesting tree.
final class OneAtATimeInATree: Invariant {
    static let name = "never two remediations or corrections at once in one nesting tree"

    func look(at moment: Sight, in scene: Scene) -> String? {
        switch moment {
        case .committed(_, let after):
            let unfinished = after.remediations.filter { $0.endedAt == nil }
            if unfinished.count > 1 { return "\(unfinished.map(\.id)) are all unfinished" }
        case .began(let work):
            guard let (remediation, index) = scene.item(of: work.request.id) else { return nil }
            let root = remediation.items[index].path.root
            for other in scene.fleet.work.values
            where other.isOpen && other.request.id != work.request.id
                // What a run of the controller ordered that was forgotten since is its agent's alone.
                && !scene.ordersBefore.contains(other.request.id)
            {
                guard let (second, number) = scene.item(of: other.request.id), second.items[number].path.root == root,
                    (second.id, number) != (remediation.id, index),
                    !isLeftToAgent(second.items[number])
                else { continue }
                return "\(work.request.id) begins while \(other.request.id) is \(other.record.phase)"
            }
        case .judged, .atRest: break
        }
        return nil
    }

    /// What somebody gave up by an abort, and guests whose host can't be told to start them, are their agent's alone;
    /// everything else that an item began has ended when the item has.
    private func isLeftToAgent(_ item: RemediationItem) -> Bool {
        item.step == .done
            && (item.sentence.contains("given up by abort") || item.sentence.contains("could not be told to start"))
    }
}
