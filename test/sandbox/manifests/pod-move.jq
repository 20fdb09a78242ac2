# Which move does this pod make next? Answers with one name of the table in
# moves.go, or with nothing when the pod has come to rest. $order is that
# table's order: where containers wait for different moves, the quickest goes
# first, so that a slow container does not hold up the others.

# The tag says what becomes of a container. A digest is no tag: without the
# cut "@sha256:bad…" would read as one.
def fate: (.image | sub("@.*$"; "") | capture(":(?<fate>$FATES)[^/:]*$") | .fate) // "run";

# A container leaves ContainerCreating by a move named after its fate. The
# fates that only show later begin like a healthy container.
def begin: if IN("slow", "held", "flap", "restart", "sticky") then "run" else . end;

def running: .state.running != null;
def reason: .state.waiting.reason // "";

# The words of an annotation of the sandbox's: what a pod waits for somebody to
# allow (hold), and what somebody has allowed (let).
def words($name): [(.metadata.annotations["$ANNOTATIONS" + $name] // "") | splits(", *") | select(. != "")];

def move($fate; $initialized; $hold; $let):
  if   $initialized and (reason | IN("ContainerCreating", "PodInitializing")) then
    if "start" | IN(($hold - $let)[]) then empty else $fate | begin end
  elif reason == "ErrImagePull" then "pull-backoff"
  elif (.state.terminated.exitCode // 0) != 0 then
    if "backoff" | IN(($hold - $let)[]) then empty else "crash-backoff" end
  elif reason == "CrashLoopBackOff" and ($fate | IN("crash", "oom")) and .restartCount < 4 then
    if "again" | IN(($hold - $let)[]) then empty else "crash-again" end
  elif running and .restartCount == 0 and ("crash" | IN($let[])) then
    if $fate == "restart" then "restart-now" else "crash-now" end
  elif running and .ready and .restartCount == 0 and ($fate | IN("flap", "restart")) then
    if "crash" | IN($hold[]) then empty else $fate end
  elif running and (.ready | not) and $fate == "restart" and .restartCount > 0 then "recover"
  elif running and (.ready | not) and $fate != "unready" and ("ready" | IN($let[])) then "ready"
  elif running and (.ready | not) and $fate == "slow" then
    if "ready" | IN($hold[]) then empty else "slow" end
  else empty end;

def condition($type): [.status.conditions[]? | select(.type == $type and .status == "True")] != [];

def condition_reason($type): first(.status.conditions[]? | select(.type == $type) | .reason) // "";

# Readiness gates belong to whoever set them: no move makes them true, but
# the pod has to become Ready when they do.
def ready: . as $pod
  | all(.status.containerStatuses[]; .ready)
    and all(.spec.readinessGates[]?; .conditionType as $type | $pod | condition($type));

. as $pod
| [.spec.containers[], .spec.initContainers[]?] as $containers
| ($containers | map({(.name): fate}) | add) as $fate
| condition("Initialized") as $initialized
| words("hold") as $hold
| words("let") as $let
| (.status.initContainerStatuses // []) as $init
# A pod without grace left is as good as gone: somebody has deleted it for the
# last time, mostly kwok itself. Another move for it would be a delete by name,
# 0.2 s later, of the pod made anew.
| [ if .metadata.deletionGracePeriodSeconds == 0 then empty
    elif .metadata.deletionTimestamp != null then
      if "go" | IN(($hold - $let)[]) then empty
      elif condition_reason("PodReadyToStartContainers") == "PodSandboxRemoved" then "delete-again"
      elif any($fate[]; . == "sticky") and ("go" | IN($let[]) | not) then "delete-late"
      else "delete" end
    elif (.status.containerStatuses // []) == [] then "create"
    else
      # Init containers go first, all in one move, up to the first that fails.
      (if ($init | length) > 0 and ($initialized | not)
          and all($init[]; reason == "PodInitializing" or running or .state.terminated.exitCode == 0)
       then "init" else empty end),
      ($init[] | move($fate[.name]; false; $hold; $let)),
      (.status.containerStatuses[] | move($fate[.name]; $initialized; $hold; $let)),
      (if ready != condition("Ready") then "sync" else empty end)
    end ] as $moves
| first($order[] | select(IN($moves[])))
