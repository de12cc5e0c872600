import NestingModel

/// One correction as an agent's journal has it.
struct SimulatedWork {
    let host: String
    let request: CorrectionRequest
    var record: CorrectionRecord
    /// What it stopped and has to start again.
    var stopped: [String] = []
    /// What its guest had before.
    var before: Bool?
    /// When it acts by itself: an entry of the time's.
    var alarm: Int?

    var isOpen: Bool { record.phase != .ended }
}
