import NestingModel

/// One correction as an agent's journal has it: what is here outlives the agent.
struct SimulatedWork {
    let host: String
    let request: CorrectionRequest
    var record: CorrectionRecord
    /// What it stops and has to start again.
    var stopped: [String] = []
    /// Why it will have failed, whatever comes.
    var fault: String?
    /// What its guest had before.
    var before: SimulatedGuest.Settings?
    /// When it goes on without a word from its controller, in seconds after the beginning.
    var until = 0

    var isOpen: Bool { record.phase != .ended }
}

/// What an agent writes down after a step.
enum SimulatedStep {
    case enter(CorrectionPhase)
    case end(CorrectionOutcome, String, owes: Bool = false)
    /// It is looked at again after so many seconds.
    case wait(Int)
}
