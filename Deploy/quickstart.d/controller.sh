# shellcheck shell=bash
# The quickstart's controller: its settings, its start and its end. Sourced by Deploy/quickstart; uses $state, $programs
# and $agent_file.

controller_folder=$state/controller
controller_socket=$controller_folder/nestord.sock
controller_log=$state/run/nestord.log

# nestor COMMAND…: the command line, on this controller.
nestor() {
    NESTOR_SOCKET=$controller_socket "$programs/nestor" "$@"
}

controller_settings() {
    cat << YAML
# The settings of the quickstart's controller. Config/nestord.yaml explains each.
state:
  directory: $controller_folder/state
api:
  socket: $controller_folder/nestord.sock
agents:
  directory: $controller_folder/agents
YAML
}

controller_answers() {
    nestor status
}

controller_start() {
    begin 'starting the controller'
    mkdir -p "$controller_folder"/{state,agents}
    chmod 750 "$controller_folder"
    chmod 700 "$controller_folder/state"
    # What enrolment pushes to a Linux host of this machine's kind.
    install -m 755 "$agent_file" "$controller_folder/agents/nestor-agent-linux-$(uname -m)"
    controller_settings > "$controller_folder/nestord.yaml"
    (
        trap - ERR
        exec 9>&- < /dev/null >> "$controller_log" 2>&1
        exec setsid "$programs/nestord" --config "$controller_folder/nestord.yaml"
    ) &
    record_process "$state/run/nestord" $!
    wait_until 20 controller_answers ||
        fail 'nestord does not answer on its socket' "see the log; 'Deploy/quickstart --down' and another run start afresh" \
            "$controller_log"
    end ready
}
