{{- /*
  The status of a claim after one move, as a strategic merge patch: conditions of
  others stay. In front of this text stands $move, the move's name. With its version
  the patch cannot undo what somebody else has written meanwhile.
*/ -}}
{{ $now := Now }}
{{ $want := .spec.resources.requests.storage }}
{{ $drop := list }}
{{ $set := list }}
{{ $status := dict }}
{{ if eq $move "volume-begin" }}
  {{ $drop = list "ControllerResizeError" "NodeResizeError" "FileSystemResizePending" }}
  {{ $set = list (dict "type" "Resizing" "status" "True" "lastTransitionTime" $now) }}
  {{ $status = dict "allocatedResources" (dict "storage" $want) "allocatedResourceStatuses" (dict "storage" "ControllerResizeInProgress") }}
{{ else if eq $move "volume-infeasible" }}
  {{ $drop = list "Resizing" }}
  {{ $status = dict "allocatedResourceStatuses" (dict "storage" "ControllerResizeInfeasible") }}
{{ else if eq $move "volume-failing" }}
  {{ $set = list (dict "type" "ControllerResizeError" "status" "True" "lastTransitionTime" $now
       "message" (printf "failed to resize volume to %s: rpc error: code = ResourceExhausted desc = the pool is full" $want)) }}
{{ else if eq $move "volume-done" }}
  {{ $drop = list "Resizing" "ControllerResizeError" }}
  {{ $set = list (dict "type" "FileSystemResizePending" "status" "True" "lastTransitionTime" $now
       "message" "Waiting for user to (re-)start a pod to finish file system resize of volume on node.") }}
  {{ $status = dict "allocatedResourceStatuses" (dict "storage" "NodeResizePending") }}
{{ else if eq $move "filesystem-infeasible" }}
  {{ $set = list (dict "type" "NodeResizeError" "status" "True" "lastTransitionTime" $now
       "message" "rpc error: code = InvalidArgument desc = resize2fs: the file system is damaged") }}
  {{ $status = dict "allocatedResourceStatuses" (dict "storage" "NodeResizeInfeasible") }}
{{ else if eq $move "filesystem-done" }}
  {{ $drop = list "Resizing" "FileSystemResizePending" "ControllerResizeError" "NodeResizeError" }}
  {{ $status = dict "capacity" (dict "storage" $want) "allocatedResourceStatuses" nil }}
{{ else if eq $move "attributes-begin" }}
  {{ $drop = list "ModifyVolumeError" }}
  {{ $set = list (dict "type" "ModifyingVolume" "status" "True" "lastTransitionTime" $now) }}
  {{ $status = dict "modifyVolumeStatus" (dict "targetVolumeAttributesClassName" .spec.volumeAttributesClassName "status" "InProgress") }}
{{ else if eq $move "attributes-done" }}
  {{ $drop = list "ModifyingVolume" "ModifyVolumeError" }}
  {{ $status = dict "modifyVolumeStatus" nil "currentVolumeAttributesClassName" .spec.volumeAttributesClassName }}
{{ else if eq $move "attributes-infeasible" }}
  {{ $drop = list "ModifyingVolume" }}
  {{ $set = list (dict "type" "ModifyVolumeError" "status" "True" "lastTransitionTime" $now
       "message" "rpc error: code = InvalidArgument desc = no volume of this type has so many iops") }}
  {{ $status = dict "modifyVolumeStatus" (dict "targetVolumeAttributesClassName" .spec.volumeAttributesClassName "status" "Infeasible") }}
{{ else if eq $move "attributes-failing" }}
  {{ $set = list (dict "type" "ModifyVolumeError" "status" "True" "lastTransitionTime" $now
       "message" "rpc error: code = ResourceExhausted desc = one change in 6 hours") }}
{{ end }}
{{ $conditions := $set }}
{{ range $type := $drop }}
  {{ range $.status.conditions }}{{ if eq .type $type }}{{ $conditions = append $conditions (dict "$patch" "delete" "type" $type) }}{{ end }}{{ end }}
{{ end }}
{{ if $conditions }}{{ $_ := set $status "conditions" $conditions }}{{ end }}
{{ toJson (dict "metadata" (dict "uid" .metadata.uid "resourceVersion" .metadata.resourceVersion) "status" $status) }}
