package import NestingModel

extension AgentInstaller {
    /// Takes away all that enrolment brought and all that the agent made, and nothing else: the folders may have been
    /// there before, and hold what belongs to others.
    package func uninstall(agent: InstalledAgent, controller: String, survey: HostSurvey) async throws(DeliveryFailure)
    {
        try await removeKeys(of: controller, from: agent.authorizedKeys)
        try await removeRecovery(RecoveryFiles(agent: agent), survey)
        let binary = "\(agent.directory)/nestor-agent"
        let binaryFolder = try await clear(agent.directory, by: AgentRemains.binary, what: "remove '\(binary)'")
        progress("\(binary) is gone\(binaryFolder)")
        let state = try await clear(
            agent.state, by: AgentRemains.state, what: "remove what the agent made in '\(agent.state)'")
        progress("the agent's state is gone\(state)")
    }

    private func removeKeys(of controller: String, from file: String) async throws(DeliveryFailure) {
        var isEmptied = false
        if let before = try await download(file, limit: 1 << 20) {
            let after = AuthorizedKeys.removed(from: before, controller: controller)
            if after != before { try await upload(after, to: file, mode: 0o600) }
            isEmptied = after.isEmpty
        }
        // Nobody wrote down who made the file, and its owner may have made it empty.
        progress("the controller's keys are out of \(file)\(isEmptied ? ", which is empty now, and stays" : "")")
    }

    private func removeRecovery(_ recovery: RecoveryFiles, _ survey: HostSurvey) async throws(DeliveryFailure) {
        guard survey.userID == 0 else { return }
        if survey.starter == .systemd {
            let timer = RecoveryFiles.timer
            _ = try await run(
                "[ ! -e /etc/systemd/system/\(timer) ] || systemctl disable --now \(timer)", what: "stop the timer")
        }
        for path in recovery.files(for: survey.starter).map(\.path) {
            _ = try await run("rm -f \(shellQuoted(path))", what: "remove '\(path)'")
        }
        if survey.starter == .systemd {
            _ = try await run("systemctl daemon-reload", what: "make systemd forget the timer")
        }
    }

    /// Runs one of the scripts on a folder.
    /// - Returns: what is left of the folder, as the end of a sentence; empty where it is gone.
    private func clear(_ folder: String, by script: String, what: String) async throws(DeliveryFailure) -> String {
        // The login's own shell may read patterns otherwise: zsh fails where one matches nothing.
        let output = try await run("sh -c \(shellQuoted(script)) sh \(shellQuoted(folder))", what: what)
        // The words are the scripts' own: nothing that a host says is shown.
        switch output.split(separator: "\n").last {
        case "others": return "; \(folder) holds other files, and stays"
        case "empty": return "; \(folder) is empty, and stays: it cannot be removed"
        default: return ""
        }
    }
}

/// POSIX scripts that remove what lies in the folder `$1` and is ours, and then the folder where nothing else is in
/// it. A failure ends them with the tool's own words. Else they print `others` where other files keep the folder,
/// `empty` where its place does not let it go, and nothing where it is gone.
enum AgentRemains {
    static let binary = """
        set -e
        [ -d "$1" ] || exit 0
        rm -f "$1/nestor-agent"
        \(leave)
        """

    /// The names are those of AgentCore's StateFolder, Journal, JournalName and DurableFile. A lock is always empty: one
    /// that holds something is somebody else's.
    static let state = """
        set -e
        [ -d "$1" ] || exit 0
        rm -f "$1/controller.json" "$1/.controller.json.new" "$1/hypervisor.json" "$1/.hypervisor.json.new"
        for file in "$1/journal.lock" "$1/lock"; do
          [ -d "$file" ] || [ -s "$file" ] || rm -f "$file"
        done
        if [ -d "$1/corrections" ] && [ ! -L "$1/corrections" ]; then
          for file in "$1"/corrections/*.json "$1"/corrections/*.json.damaged-* "$1"/corrections/.*.json.new; do
            [ -d "$file" ] || rm -f "$file"
          done
          rmdir "$1/corrections" 2>/dev/null || [ -n "$(ls -A "$1/corrections")" ] || rmdir "$1/corrections"
        fi
        \(leave)
        """

    private static let leave = """
        rmdir "$1" 2>/dev/null || if [ -n "$(ls -A "$1")" ]; then echo others; else echo empty; fi
        """
}
