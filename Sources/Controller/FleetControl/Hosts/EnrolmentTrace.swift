import ControllerAPI
import NestingModel
import Synchronization

/// What an enrolment has done on a host so far: where it fails, the host's owner must hear of it.
final class EnrolmentTrace: Sendable {
    private let state = Mutex<(agent: InstalledAgent?, said: [String])>((nil, []))

    /// From now on files of ours may be on the host.
    func began(_ agent: InstalledAgent) {
        state.withLock { state in
            state.agent = agent
            state.said = []
        }
    }

    func append(_ sentence: String) { state.withLock { $0.said.append(sentence) } }

    /// The failure with what stays on the host, and how to go on or to take it away.
    func explained(_ error: APIError, path: NodePath, controller: String) -> APIError {
        let (agent, said) = state.withLock { $0 }
        guard let agent else { return error }
        var error = error
        let done = said.isEmpty ? "at most a part of the agent" : said.joined(separator: "; ")
        let remedy = error.remedy.isEmpty ? "" : "\(error.remedy). "
        error.remedy =
            "\(remedy)'\(path)' is not enrolled, and this was done on it: \(done). The same 'nestor host enrol' goes on "
            + "from there; to undo it by hand, remove \(agent.directory)/nestor-agent, what the agent made in "
            + "\(agent.state) (corrections, controller.json, hypervisor.json and its locks) and the lines with "
            + "'nestor:\(controller):' in \(agent.authorizedKeys)"
        return error
    }
}
