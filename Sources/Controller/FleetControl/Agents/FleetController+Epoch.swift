import AgentWire
import ControllerAPI
import FleetStore
import NestingModel
import StructuredLog

extension FleetController {
    /// How far a host may be ahead: more remediations than a controller runs in its life. What it says is not trusted
    /// further.
    private static let believableLead = 1_000_000 * remediationStride

    /// How far each remediation raises the epoch: by more than the starts of a restored controller until it reads a
    /// host. Were it raised at starts alone, what was restored from a backup of the latest run would take the next
    /// number, and no host could tell that it has forgotten what that run did after the backup.
    private static let remediationStride = 100

    /// - Returns: the epoch of a remediation that begins.
    static func raiseEpoch(_ work: any FleetWriting) throws(StoreFailure) -> Int {
        let next = (try work.value(.epoch, as: Int.self) ?? 0) + remediationStride
        try work.put(next, as: .epoch)
        return next
    }

    /// Freezes the fleet where a host has taken orders from a later run of this controller: then this one was restored
    /// from a backup, or another one goes on with its state, and neither may correct before a person has looked.
    func checkEpoch(_ hello: HelloResult?, of path: NodePath) async throws(AgentFailure) {
        guard let hello, hello.controller == controllerID, let seen = hello.epoch, seen > epoch else { return }
        guard seen - epoch <= Self.believableLead else {
            throw AgentFailure(
                .agentGarbage, hop: path,
                "its agent says that it saw epoch \(seen) of this controller, which is at \(epoch)",
                remedy: "see what runs as its agent, and enrol it again")
        }
        do throws(APIError) {
            let now = environment.now()
            let (later, isFrozen) = try await read { (work) throws(StoreFailure) in
                (try work.value(.laterEpoch, as: Int.self), try work.freezes(at: now).contains(where: \.isOwn))
            }
            if let later, later >= seen, isFrozen { return }
            try await record { (work) throws(StoreFailure) in try work.put(seen, as: .laterEpoch) }
            let reason =
                "'\(path)' has taken orders from a later run of this controller (epoch \(seen), this is \(epoch)): is "
                + "this a restored backup? nestor unfreeze goes on from here, and shuts the other run out"
            try await freezeUntilLookedAt(reason)
            environment.log.error("a later run of this controller was seen", ["host": "\(path)", "epoch": "\(seen)"])
        } catch {
            environment.log.error("a later run of this controller was seen, and can't be stored", ["cause": "\(error)"])
        }
    }

    /// A person's word that this run is the one that goes on: it overtakes the later one that was seen.
    static func overtake(_ work: any FleetWriting) throws(StoreFailure) -> Int? {
        guard let later = try work.value(.laterEpoch, as: Int.self) else { return nil }
        let next = max(later, try work.value(.epoch, as: Int.self) ?? 0) + 1
        try work.put(next, as: .epoch)
        try work.put(nil as Int?, as: .laterEpoch)
        return next
    }
}
