import NestingModel

final class NothingIsDoneTwice: Invariant {
    static let name = "nothing is done twice"
    private var done: Set<[String]> = []

    func look(at moment: Sight, in scene: Scene) -> String? {
        if let id = scene.fleet.changedOrders.first { return "\(id) came again as another order" }
        guard case .began(let work) = moment else { return nil }
        guard let (remediation, index) = scene.item(of: work.request.id) else {
            return "\(work.request.id) begins, and is of no remediation that is stored"
        }
        guard remediation.endedAt == nil else { return "\(work.request.id) begins, and \(remediation.id) has ended" }
        guard remediation.items[index].outcome == nil else {
            return "\(work.request.id) begins, and its item is \(remediation.items[index].outcome ?? .unknown)"
        }
        for guest in work.record.guests
        where !done.insert([remediation.id, "\(index)", "\(work.request.verb)", guest]).inserted {
            return "\(work.request.id) does to \(guest) what was done to it"
        }
        return nil
    }
}
