import AgentWire
import NestingModel
import SecureShell

/// Why an agent could not be asked, as a state of its host.
struct AgentFailure: Error, Sendable, CustomStringConvertible {
    var state: HostState
    /// The hop that failed.
    var hop: NodePath
    var sentence: String
    var remedy: String
    /// Set where the agent itself refused the request.
    var refusal: WireError?
    /// Set where SSH failed, for enrolment and checks.
    var ssh: SSHFailure?

    init(_ state: HostState, hop: NodePath, _ sentence: String, remedy: String = "", refusal: WireError? = nil) {
        self.state = state
        self.hop = hop
        self.sentence = sentence
        self.remedy = remedy
        self.refusal = refusal
    }

    var description: String { remedy.isEmpty ? "\(hop): \(sentence)" : "\(hop): \(sentence); \(remedy)" }

    /// - Parameter target: the host that was meant; a failure of another hop is `parentUnreachable`.
    init(_ failure: SSHFailure, target: NodePath) {
        let hop = NodePath(failure.hop) ?? target
        let own: HostState =
            switch failure.code {
            case .addressUnknown: .addressUnknown
            case .unreachable: .unreachable
            case .refused: .connectionRefused
            case .hostKeyUnknown: .hostKeyUnknown
            case .hostKeyMismatch: .hostKeyMismatch
            case .authenticationRefused, .keyUnusable: .authenticationRefused
            case .forwardingRefused: .forwardingRefused
            case .timeout: .silent
            case .tooLong: .agentFlood
            case .closed: .connectionClosed
            case .channelRefused, .fileRefused, .protocolError: .sshProtocol
            }
        self.init(
            hop == target ? own : .parentUnreachable, hop: hop, failure.sentence,
            remedy: hop == target ? failure.remedy : "look at \(hop) first: nestor host check \(hop)")
        ssh = failure
    }

    var health: HostHealth { HostHealth(state: state, hop: hop, sentence: sentence, remedy: remedy) }
}
