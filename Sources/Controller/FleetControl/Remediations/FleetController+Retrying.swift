import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel

extension FleetController {
    func troubledGuests() async throws(APIError) -> TroubledGuests {
        try await read { (work) throws(StoreFailure) in
            try work.value(.troubledGuests, as: TroubledGuests.self) ?? TroubledGuests()
        }
    }

    /// Whose turn it is under `enforce`: one guest that is tried again, or all that nothing speaks against.
    ///
    /// - Parameters:
    ///   - items: what could be corrected now.
    ///   - open: the findings that stand.
    ///   - mayStart: whether nothing holds an item back for now, such as a freeze or its window.
    /// - Returns: in the plan's order; none where enforcement waits, or has nothing to do.
    func turn(
        among items: [PlanItem], _ open: [Finding], at now: Date, _ rule: RetryRule,
        where mayStart: @Sendable (PlanItem) -> Bool = { _ in true }
    ) async throws(APIError) -> [PlanItem] {
        let trouble = open.filter { Self.kindsOfTrouble.contains($0.kind) }
        let wrong = Set(trouble.map(\.path))
        let unread = Set(trouble.filter { $0.state == .stale }.map(\.path))
        let planned = Set(items.map(\.path))
        let turn = try await record { (work) throws(StoreFailure) in
            var troubled = try work.value(.troubledGuests, as: TroubledGuests.self) ?? TroubledGuests()
            let before = troubled
            // What a person or another tool put right meanwhile is no trouble any more.
            troubled.guests.removeAll { !wrong.contains($0.path) }
            // Whoever asked for what failed, enforcement has nothing to try there.
            for guest in troubled.guests where !planned.contains(guest.path) && (guest.nextTry ?? now) <= now {
                if unread.contains(guest.path), guest.nextTry != nil {
                    troubled.failed(
                        guest.path, remediation: guest.remediation, sentence: "its host can't be read",
                        remedy: "nestor host check \(guest.path.parent ?? guest.path)", at: now, rule)
                } else {
                    troubled.leaveOut(guest.path)
                }
            }
            if troubled != before { try work.put(troubled.guests.isEmpty ? nil : troubled, as: .troubledGuests) }
            return troubled.turn(at: now, rule)
        }
        switch turn {
        case .waits, .stopped: return []
        case .retries(let guest): return items.filter { $0.path == guest.path && mayStart($0) }
        case .goesOn(let without): return items.filter { !without.contains($0.path) && mayStart($0) }
        }
    }

    /// A guest with one of these is not as it should be.
    private static let kindsOfTrouble: Set<FindingKind> = [.drift, .restartNeeded, .crossCheck, .unreadable]
}
