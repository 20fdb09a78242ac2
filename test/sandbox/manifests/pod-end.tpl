{{- /*
  The last word about a pod that goes: its sandbox is torn down. With the time in
  it no two are the same, so kwok never leaves this patch out as needless.
*/ -}}
{{ $gone := dict "type" "PodReadyToStartContainers" "status" "False" "lastTransitionTime" Now
     "reason" "PodSandboxRemoved" "message" (printf "removed at %s" Now) }}
{{ toJson (dict "metadata" (dict "uid" .metadata.uid "resourceVersion" .metadata.resourceVersion) "status" (dict "conditions" (list $gone))) }}
