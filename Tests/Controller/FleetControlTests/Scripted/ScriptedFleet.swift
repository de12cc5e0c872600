import AgentWire
import FoundationEssentials
import NestingModel
import SecureShell
import Synchronization

/// A rack7 with build-l1 (with inner inside) and plain, as far as the wire shows: agents that keep their word, and what
/// a test makes go wrong. It outlives the controllers that talk to it.
final class ScriptedFleet: Sendable {
    enum Fault: Sendable {
        case none
        case ssh(SSHFailure.Code)
        /// These bytes instead of an answer.
        case says(String)
        /// The command ends with this exit status.
        case ends(Int)
        /// The agent refuses hello with this code.
        case refuses(WireErrorCode)
        /// Nothing comes until the reader's deadline.
        case hangs
    }

    /// A guest of rack7 without an agent.
    struct Plain {
        var exposed = false
        var state = GuestState.running
    }

    struct State {
        var l1Exposed: Bool
        var l1Sees: VirtualizationExtension
        var l1Boot = 1
        var l1State = GuestState.running
        var innerRuns: Bool
        /// A guest of `inner`, where inner is a host too.
        var deepRuns: Bool?
        var plain: Plain?
        var l1UUID = uuidL1
        /// What the inside sees after a change, where the change does not work.
        var exposureWorks = true
        var faults: [String: Fault] = [:]
        /// Agents that refuse to drain.
        var undrainable: Set<String> = []
        /// How a finished correction ends, where its agent can't do what it was told.
        var endings: [CorrectionVerb: (outcome: CorrectionOutcome, sentence: String)] = [:]
        /// So many answers to `correct` are lost with their connection, after the work was begun.
        var lostAnswers = 0
        var records: [String: CorrectionRecord] = [:]
        var requests: [String: CorrectionRequest] = [:]
        /// How often each correction id was really carried out.
        var runs: [String: Int] = [:]
        var log: [String] = []
        var highestEpoch = 0
        var sessions = 0
    }

    static let uuidL0 = "00000000-0000-4000-8000-000000000001"
    static let uuidL1 = "00000000-0000-4000-8000-0000000000a1"
    static let uuidInner = "00000000-0000-4000-8000-0000000000b1"
    static let uuidDeep = "00000000-0000-4000-8000-0000000000c1"
    static let uuidPlain = "00000000-0000-4000-8000-0000000000a2"

    private let state: Mutex<State>
    /// Each `guest.set` waits here before it is begun, where a test has closed it.
    let gate: Gate?

    init(l1Exposed: Bool, innerRuns: Bool, plain: Plain? = nil, deepRuns: Bool? = nil, gate: Gate? = nil) {
        self.gate = gate
        state = Mutex(
            State(
                l1Exposed: l1Exposed, l1Sees: l1Exposed ? .svm : .none, innerRuns: innerRuns, deepRuns: deepRuns,
                plain: plain))
    }

    /// As it is at this moment.
    var now: State { state.withLock { $0 } }

    func script<Value: Sendable>(_ change: (inout State) throws -> Value) rethrows -> Value {
        try state.withLock { state in try change(&state) }
    }

    func report(of path: String, _ state: State) -> HostReport {
        switch path {
        case "rack7":
            var guests = [guest("build-l1", uuid: Self.uuidL1, state: state.l1State, exposed: state.l1Exposed)]
            if let plain = state.plain {
                guests.append(guest("plain", uuid: Self.uuidPlain, state: plain.state, exposed: plain.exposed))
            }
            return FleetControlTests.report(uuid: Self.uuidL0, sees: .svm, guests: guests)
        case "rack7/build-l1":
            return FleetControlTests.report(
                uuid: state.l1UUID, bootID: "boot-\(state.l1Boot)", sees: state.l1Sees,
                guests: [
                    guest("inner", uuid: Self.uuidInner, state: state.innerRuns ? .running : .off, exposed: false)
                ])
        default:
            return FleetControlTests.report(
                uuid: Self.uuidInner, sees: .none,
                guests: [
                    guest("deep", uuid: Self.uuidDeep, state: state.deepRuns == true ? .running : .off, exposed: false)
                ])
        }
    }
}

/// Holds whoever comes through, until a test opens it.
struct Gate: Sendable {
    private let arrivals = AsyncStream<Void>.makeStream()
    private let opening = AsyncStream<Void>.makeStream()

    func open() { opening.continuation.finish() }

    /// Waits until somebody stands at the gate.
    func reached() async {
        for await _ in arrivals.stream { return }
    }

    func pass() async {
        arrivals.continuation.yield()
        for await _ in opening.stream {}
    }
}
