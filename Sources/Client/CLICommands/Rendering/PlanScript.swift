import ControllerAPI
import FoundationEssentials
import NestingModel

/// A plan as a shell script that a change board can read, and that somebody can run by hand without Nestor: one item
/// after another, each asked for, each step as Nestor would do it, with what is disturbed said before.
struct PlanScript {
    private let answer: PlanAnswer
    /// The variable that holds a host's libvirt URI.
    private let variables: [NodePath: String]
    private let hosts: [NodePath: HostView]

    /// - Throws: where a host's hypervisor is none that virsh reaches.
    init(_ answer: PlanAnswer, hosts: [NodePath: HostView]) throws(CLIFailure) {
        self.answer = answer
        self.hosts = hosts
        let used = answer.plan.usedHosts
        variables = Dictionary(uniqueKeysWithValues: used.enumerated().map { ($1, "HOST_\($0 + 1)") })
        for path in used where hosts[path]?.hasHyperV == true {
            throw CLIFailure(
                ExitCode.failed, "\(plain("\(path)")) has Hyper-V, which a script of virsh commands can't reach",
                remedy: "nestor plan --export ps1")
        }
    }

    var text: String {
        var lines = [
            "#!/bin/sh", "# A plan of Nestor's, to be read and run by hand where Nestor may not.",
            "# Made at \(answer.plan.madeAt.formatted(.iso8601)), digest \(Self.comment(answer.digest)).",
            "# Nothing here looks whether the fleet still is as it was then: make a new one where that is long ago.",
            "# Each guest is asked for before it is touched. It needs virsh (libvirt-clients) and ssh.",
        ]
        for freeze in answer.standingFreezes { lines.append("# ATTENTION: \(Self.comment(freeze.sentence))") }
        for wait in answer.waiting ?? [] {
            lines.append(
                "# ATTENTION: \(Self.comment("\(wait.path)")) \(Self.comment(wait.sentence))"
                    + (wait.until.map { ", until \($0.formatted(.iso8601))" } ?? ""))
        }
        lines += ["set -eu", "export LC_ALL=C", "", "# How the hosts are reached from here; correct what is not so."]
        for (host, variable) in variables.sorted(by: { $0.key < $1.key }) {
            lines += uri(host, variable)
        }
        lines += ["", Self.functions]
        for (number, item) in answer.plan.items.enumerated() { lines += self.item(item, number + 1) }
        if answer.plan.items.isEmpty { lines += ["", "echo 'nothing to correct'"] }
        for block in answer.plan.blocked {
            lines.append("# Not in the plan: \(Self.comment("\(block.path): \(block.sentence)"))")
        }
        return lines.joined(separator: "\n")
    }

    private func uri(_ host: NodePath, _ variable: String) -> [String] {
        let row = hosts[host]?.host
        let place = row.map {
            "qemu+ssh://\($0.user)@\($0.address.contains(":") ? "[\($0.address)]" : $0.address):\($0.port)/system"
        }
        var lines = ["# \(Self.comment("\(host)"))"]
        if let above = host.parent {
            lines[0] +=
                ": a guest of \(Self.comment("\(above)")), whose address is as that host sees it (ProxyJump in "
                + "ssh_config leads there)"
        }
        lines.append("\(variable)=\(Self.quoted(place ?? "qemu+ssh://root@\(host.name)/system"))")
        return lines
    }

    private func item(_ item: PlanItem, _ number: Int) -> [String] {
        let host = variables[item.host] ?? "HOST_1"
        let guest = Self.quoted(item.uuid)
        let runs = item.disruption == .guestRestart
        var lines = [
            "", "# \(number). \(Self.comment("\(item.path)")): \(changeText(item.change))",
            "#    wanted by: \(Self.comment(item.policies.joined(separator: ", ")))",
            "#    disruption: \(item.disruption)\(item.nestingInUse == true ? ", nesting is in use" : "")",
            "#    blast radius: \(Self.comment(blastRadius(item)))",
            "#    definition then: \(Self.comment(item.definitionDigest))",
        ]
        lines += item.steps.enumerated().map { "#    \($0 + 1)) \(Self.comment($1))" }
        lines += ["if ask \(Self.quoted("\(item.path): \(changeText(item.change))")); then"]
        for drain in item.drains {
            let uri = variables[drain.host] ?? host
            lines += drain.guests.map { "    stop \"$\(uri)\" \(Self.quoted($0)) \(item.rules.shutdownSeconds)" }
        }
        lines.append("    save \"$\(host)\" \(guest)")
        lines += change(item.change, host, guest).map { "    " + $0 }
        if runs {
            lines.append("    stop \"$\(host)\" \(guest) \(item.rules.shutdownSeconds)")
            lines.append("    start \"$\(host)\" \(guest)")
            lines.append(
                item.verifyInside == nil
                    ? "    echo 'look whether it runs as it should'"
                    : "    echo 'look inside: grep -cwE \"svm|vmx\" /proc/cpuinfo, and whether its guests can start'")
        } else {
            lines.append("    # It is off and stays off: its next start has the change.")
        }
        for drain in item.drains.reversed() {
            let uri = variables[drain.host] ?? host
            lines.append("    wait_for \"$\(uri)\" 600")
            lines += drain.guests.map { "    start \"$\(uri)\" \(Self.quoted($0))" }
        }
        return lines + ["fi"]
    }

    private func change(_ change: GuestChange, _ host: String, _ guest: String) -> [String] {
        var lines: [String] = []
        if let memory = change.startupMemory {
            // virsh counts in KiB; a maximum that is lower already would refuse it.
            let size = "\((memory + 1023) / 1024)"
            lines.append("raise_memory \"$\(host)\" \(guest) \(size)")
        }
        if change.dynamicMemory == false { lines.append("fix_memory \"$\(host)\" \(guest)") }
        if let count = change.maximumVCPUs {
            lines.append("virsh -c \"$\(host)\" setvcpus \(guest) \(count) --maximum --config")
        }
        if let exposure = change.exposure {
            let line = "<feature policy='\(exposure ? "require" : "disable")' name='svm'/>"
            lines.append(
                "edit_cpu \"$\(host)\" \(guest) "
                    + Self.quoted("give <cpu> the line \(line), with vmx for svm where the host's CPU is Intel's"))
        }
        return lines
    }

    /// One word of a shell's, whatever it holds.
    static func quoted(_ text: String) -> String {
        "'" + plain(text).replacing("'", with: "'\\''") + "'"
    }

    /// What can't end its comment's line.
    private static func comment(_ text: String) -> String { plain(text) }

    private static let functions = #"""
        folder=$(mktemp -d ./nestor-plan.XXXXXX)
        echo "the definitions as they were are kept in $folder"
        down=''
        trap 'test -z "$down" || printf "STILL OFF, start by hand:%s\n" "$down"' EXIT

        ask() {
            printf '%s? [y/N] ' "$1"
            read -r answer
            test "$answer" = y
        }

        state() { virsh -c "$1" domstate "$2" | head -n 1; }

        # stop URI GUEST SECONDS: asks it to shut down, and never cuts its power.
        stop() {
            virsh -c "$1" shutdown "$2"
            down="$down
        virsh -c '$1' start $2"
            left=$3
            while test "$(state "$1" "$2")" != 'shut off'; do
                if test "$left" -le 0; then
                    echo "$2 did not shut down within $3 s"
                    exit 1
                fi
                sleep 1
                left=$((left - 1))
            done
        }

        # start URI GUEST
        start() {
            virsh -c "$1" start "$2"
            down=$(printf '%s' "$down" | grep -vF "start $2" || true)
        }

        # wait_for URI SECONDS: a host that was restarted itself takes a while.
        wait_for() {
            left=$2
            until virsh -c "$1" uri >/dev/null; do
                if test "$left" -le 0; then
                    echo "$1 did not answer within $2 s"
                    exit 1
                fi
                sleep 5
                left=$((left - 5))
            done
        }

        # save URI GUEST: its secrets are in there.
        save() {
            (umask 077 && virsh -c "$1" dumpxml "$2" --inactive --security-info >"$folder/$2.before.xml")
        }

        # most URI GUEST: the maximum of its next start, in KiB.
        most() { virsh -c "$1" dumpxml "$2" --inactive | sed -n 's/.*<memory[^>]*>\([0-9]*\)<.*/\1/p' | head -n 1; }

        # raise_memory URI GUEST KIB
        raise_memory() {
            test "$(most "$1" "$2")" -ge "$3" || virsh -c "$1" setmaxmem "$2" "$3" --config
            virsh -c "$1" setmem "$2" "$3" --config
        }

        # fix_memory URI GUEST: as much at the start as it can get at most.
        fix_memory() {
            virsh -c "$1" setmem "$2" "$(most "$1" "$2")" --config
        }

        # edit_cpu URI GUEST WHAT: virsh has no command for it.
        edit_cpu() {
            (umask 077 && virsh -c "$1" dumpxml "$2" --inactive --security-info >"$folder/$2.new.xml")
            echo "in the editor: $3"
            "${EDITOR:-vi}" "$folder/$2.new.xml"
            virsh -c "$1" define "$folder/$2.new.xml" --validate
        }
        """#
}
