# Which move does this claim make next, on the way to the size that it asks for, and
# then to its VolumeAttributesClass?
# Answers with one name of the table in claimmoves.go, or with nothing when the
# claim has its size or waits for somebody. The host path provisioner of the
# controller manager resizes nothing, so the driver and the kubelet are played:
# what they write, in their order (the external resizer's expand_and_recover.go and
# modify_status.go, and the kubelet's node_expander.go).

# The words of an annotation of the sandbox's: what a claim waits for somebody to
# allow (hold), and what somebody has allowed (let).
def words($name): [(.metadata.annotations["$ANNOTATIONS" + $name] // "") | splits(", *") | select(. != "")];

def condition($type): [.status.conditions[]? | select(.type == $type and .status == "True")] != [];

# Of the attributes, which no node has a part in.
def modify($held):
  (.spec.volumeAttributesClassName // "") as $want
  | (.status.currentVolumeAttributesClassName // "") as $has
  | (.status.modifyVolumeStatus.status // "") as $status
  | (.status.modifyVolumeStatus.targetVolumeAttributesClassName // "") as $target
  | (.metadata.annotations["$ANNOTATIONSmodify"] // "works") as $fate
  | if $has == $want then
      if $status == "" then empty else "attributes-done" end # what could not be had is given up
    elif $status == "" or $target != $want or ($status == "Infeasible" and $fate != "infeasible") then
      if "attributes" | IN($held[]) then empty else "attributes-begin" end
    elif $status != "InProgress" then empty
    elif $fate == "infeasible" then "attributes-infeasible"
    elif $fate == "failing" then
      if condition("ModifyVolumeError") then empty else "attributes-failing" end
    else "attributes-done" end;

.spec.resources.requests.storage as $want
| .status.capacity.storage as $has
| (.status.allocatedResources.storage // "") as $allocated
| (.status.allocatedResourceStatuses.storage // "") as $status
| (.metadata.annotations["$ANNOTATIONSresize"] // "online") as $fate
| words("let") as $let
| (words("hold") - $let) as $held
| if .metadata.deletionTimestamp != null or .status.phase != "Bound" then empty
  elif $has == $want and $status == "" then modify($held)
  elif $allocated != $want or $status == "" then
    if "volume" | IN($held[]) then empty else "volume-begin" end
  elif $status == "ControllerResizeInfeasible" and $fate != "infeasible" then # it tries again
    if "volume" | IN($held[]) then empty else "volume-begin" end
  elif $status == "ControllerResizeInProgress" then
    if $fate == "infeasible" then "volume-infeasible"
    elif $fate == "failing" then
      if condition("ControllerResizeError") then empty else "volume-failing" end
    else "volume-done" end
  elif $status == "NodeResizePending" then
    if "filesystem" | IN($held[]) then empty
    elif $fate == "offline" and ("filesystem" | IN($let[]) | not) then empty
    elif $fate == "nodefailing" then "filesystem-infeasible"
    else "filesystem-done" end
  else empty end
