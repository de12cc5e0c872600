# shellcheck shell=bash
# What the quickstart shows, in the product's own commands: a fleet with a policy, a drift, its remediation, the proof
# inside the guest. Sourced by Deploy/quickstart; uses nestor(), the values of lab.json in lab[] and $state.

# show COMMAND…: prints a nestor command as a person types it, and runs it. Its exit code must be one of $allowed.
show() {
    local code=0 allowed=${allowed:-0}
    printf '\n$ nestor'
    printf ' %s' "$@"
    printf '\n'
    nestor "$@" || code=$?
    case " $allowed " in
    *" $code "*) ;;
    *) fail "'nestor $1' ended with $code, and $allowed was expected" \
        "see the lines above and the controller's log; 'Deploy/quickstart --down' and another run start afresh" \
        "$controller_log" ;;
    esac
}

# drift_shown COMMAND…: the same for a command that is to find drift, which its exit code 2 says.
drift_shown() {
    allowed=2 show "$@"
}

title() {
    printf '\n── %s\n' "$1"
}

story_policy() {
    cat << 'YAML'
policies:
  - name: builders-nest
    select:
      paths: [rack7/build-l1]
    desire:
      exposure: exposed
    mode: propose
YAML
}

story_enrol() {
    title 'Enrol the host rack7, and build-l1, which is a guest of it and a host itself'
    # This machine's own boot is none of the quickstart's business; build-l1's is.
    show host enrol rack7 --address "${lab[l0.address]:?}" --port "${lab[l0.port]:?}" \
        --user "${lab[l0.user]:?}" --operator-key "${lab[operatorKey]:?}" \
        --host-key-fingerprint "${lab[l0.hostKeyFingerprint]:?}" --libvirt-socket "${lab[l0.libvirtSocket]:?}" \
        --agent-directory "${lab[l0.agentDirectory]:?}" --agent-state "${lab[l0.agentStateDirectory]:?}" \
        --authorized-keys "${lab[l0.authorizedKeys]:?}" --label site=lab \
        --no-boot-recovery --yes
    show host enrol rack7/build-l1 --address "${lab[l1.address]:?}" --port "${lab[l1.port]:?}" \
        --user "${lab[l1.user]:?}" --operator-key "${lab[operatorKey]:?}" \
        --host-key-fingerprint "${lab[l1.hostKeyFingerprint]:?}" --yes
}

story_drift() {
    title 'What the fleet should be: build-l1 offers nesting. What it is: nesting is hidden from it'
    story_policy > "$controller_folder/builders.yaml"
    cat "$controller_folder/builders.yaml"
    show policy apply -f "$controller_folder/builders.yaml"
    show tree
    drift_shown drift
    allowed='0 2' show plan
}

story_remediate() {
    title 'The remediation: build-l1 is redefined, shut down, started, and asked what it sees'
    show remediate --yes
}

story_proof() {
    title 'The proof, inside build-l1: it sees svm, its /dev/kvm makes a virtual machine, and a guest runs in it'
    show host check rack7/build-l1
    lab_l2_start
    show report
    show tree
    show drift
}

story() {
    story_enrol
    story_drift
    story_remediate
    story_proof
}

story_farewell() {
    title 'The controller and the lab go on running'
    cat << TEXT
Look further:
  export PATH=$programs:\$PATH NESTOR_SOCKET=$controller_socket
  nestor tree                      the nesting tree now
  nestor host show rack7/build-l1  all that its agent reports
  nestor remediation list          what was changed, and how it ended
  Deploy/lab ssh l1                log in to build-l1

The README's section "Policies, reports, remediation" goes on from here.

Make a drift of your own and see it found:
  Deploy/lab virsh edit build-l1   change policy='require' of svm to 'disable'
  nestor report

Add a host of your own (you are asked to compare its host key):
  nestor host enrol NAME --address HOST --user root --operator-key ~/.ssh/id_ed25519

Stop and remove all of it (the build and the cached image stay, for the next time):
  Deploy/quickstart --down
TEXT
}
