import CommandLineTable
import ControllerAPI
import FoundationEssentials
import NestingModel

/// `nestor`: one command, one exit code.
package enum NestorProgram {
    /// - Parameters:
    ///   - words: without the program's own name.
    ///   - version: of this build.
    /// - Returns: the exit code, as `nestor --help` documents it.
    package static func run(_ words: [String], environment: [String: String], version: String) async -> Int32 {
        let terminal = Terminal(environment: environment)
        do throws(CommandLineFault) {
            switch try nestorCommandTable(version: version).parse(words) {
            case .show(let text):
                terminal.print(text)
                return ExitCode.inLine
            case .run(let parsed):
                return await run(CommandContext(parsed: parsed, environment: environment))
            }
        } catch {
            terminal.tell("nestor: \(error)")
            return error.exitCode
        }
    }

    private static func run(_ context: CommandContext) async -> Int32 {
        do throws(CLIFailure) {
            return try await dispatch(context)
        } catch {
            if context.wantsJSON, let text = try? JSONText.pretty(["error": error.asAPIError]) {
                context.terminal.print(text)
                return error.exitCode
            }
            for fault in error.faults {
                let remedy = fault.remedy.isEmpty ? "" : " (\(plain(fault.remedy)))"
                context.terminal.tell(
                    "\(plain(fault.file)):\(fault.line):\(fault.column): \(plain(fault.sentence))\(remedy)")
            }
            context.terminal.tell("nestor: \(plain(error.sentence))")
            if !error.remedy.isEmpty { context.terminal.tell("  → \(plain(error.remedy))") }
            return error.exitCode
        }
    }

    private static func dispatch(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
        switch context.parsed.path {
        case ["check"]: try await check(context)
        case ["host", "enrol"]: try await hostEnrol(context)
        case ["host", "list"]: try await hostList(context)
        case ["host", "show"]: try await hostShow(context)
        case ["host", "check"]: try await hostCheck(context)
        case ["host", "remove"]: try await hostRemove(context)
        case ["agent", "upgrade"]: try await agentUpgrade(context)
        case ["tree"]: try await tree(context)
        case ["drift"]: try await drift(context)
        case ["drift", "ack"]: try await driftAcknowledge(context)
        case ["drift", "unack"]: try await driftUnacknowledge(context)
        case ["drift", "adopt"]: try await driftAdopt(context)
        case ["drift", "settle"]: try await driftSettle(context)
        case ["history"]: try await history(context)
        case ["plan"]: try await plan(context)
        case ["remediate"]: try await remediate(context)
        case ["remediation", "list"]: try await remediationList(context)
        case ["remediation", "show"]: try await remediationShow(context)
        case ["remediation", "resume"]: try await remediationResume(context)
        case ["remediation", "watch"]: try await remediationWatch(context)
        case ["remediation", "pause"]: try await remediationPause(context)
        case ["remediation", "abort"]: try await remediationAbort(context)
        case ["remediation", "rollback"]: try await remediationRollback(context)
        case ["change", "request"]: try await changeRequest(context)
        case ["change", "list"]: try await changeList(context)
        case ["change", "show"]: try await changeShow(context)
        case ["change", "approve"]: try await changeApprove(context)
        case ["change", "reject"]: try await changeSay(context, .rejected)
        case ["change", "comment"]: try await changeSay(context, .commented)
        case ["window", "apply"]: try await windowApply(context)
        case ["window", "list"]: try await windowList(context)
        case ["window", "schema"]: windowSchema(context)
        case ["freeze"]: try await freeze(context)
        case ["freeze", "list"]: try await freezeList(context)
        case ["unfreeze"]: try await unfreeze(context)
        case ["report"]: try await report(context)
        case ["report", "apply"]: try await reportApply(context)
        case ["report", "list"]: try await reportList(context)
        case ["report", "show"]: try await reportShow(context)
        case ["report", "run"]: try await reportRun(context)
        case ["report", "diff"]: try await reportDifference(context)
        case ["report", "schema"]: reportSchema(context)
        case ["fleet", "apply"]: try await fleetApply(context)
        case ["fleet", "export"]: try await fleetExport(context)
        case let path where path.count == 2 && path[0] == "policy": try await policy(path[1], context)
        case ["status"]: try await status(context)
        case ["audit"], ["audit", "show"]: try await audit(context)
        case ["audit", "verify"]: try await auditVerify(context)
        default: throw notACommand(context)
        }
    }

    private static func policy(_ command: String, _ context: CommandContext) async throws(CLIFailure) -> Int32 {
        switch command {
        case "apply": try await policyApply(context)
        case "list": try await policyList(context)
        case "export": try await policyExport(context)
        case "preview": try await policyPreview(context)
        case "explain": try await policyExplain(context)
        case "history": try await policyHistory(context)
        case "diff": try await policyDiff(context)
        case "rollback": try await policyRollback(context)
        case "from": try await policyFrom(context)
        case "test": try policyTest(context)
        case "schema": try policySchema(context)
        default: throw notACommand(context)
        }
    }

    private static func notACommand(_ context: CommandContext) -> CLIFailure {
        CLIFailure(
            ExitCode.usage, "'\(context.parsed.path.joined(separator: " "))' is not a command",
            remedy: "nestor --help")
    }
}
