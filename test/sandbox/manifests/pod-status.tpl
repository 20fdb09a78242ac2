{{- /*
  The status of a pod after one move. In front of this text stands
  $move, the move's name, and $fates, the pattern of the tags that mean
  something. Everything is built as data and printed as JSON at the end,
  so that no name or message can break the document.
*/ -}}
{{ $pod := . }}
{{- /* Not Ready until somebody lets it. */ -}}
{{ $annotations := default dict .metadata.annotations }}
{{ $held := regexMatch `(^|,)\s*ready\s*(,|$)` (default "" (get $annotations (printf "%shold" $prefix))) }}
{{ $now := Now }}
{{ $known := concat (default list .status.initContainerStatuses) (default list .status.containerStatuses) }}
{{ $initSpecs := default list .spec.initContainers }}
{{ $init := list }}
{{ $main := list }}
{{ $blocked := list }}{{/* init containers that have not finished */}}

{{ range $index, $spec := concat $initSpecs .spec.containers }}
  {{ $isInit := lt $index (len $initSpecs) }}
  {{ $sidecar := and $isInit (eq (toString (get $spec "restartPolicy")) "Always") }}
  {{ $image := $spec.image }}
  {{ $fate := regexFind (printf ":(%s)[^/:]*$" $fates) (regexReplaceAll "@.*$" $image "") }}
  {{ $fate = default "run" (regexFind $fates $fate) }}

  {{ $s := dict "name" $spec.name "image" $image "imageID" "" "ready" false "started" false "restartCount" 0
       "state" (dict "waiting" (dict "reason" (ternary "PodInitializing" "ContainerCreating" (gt (len $initSpecs) 0)))) }}
  {{ range $known }}{{ if eq .name $spec.name }}{{ $s = . }}{{ end }}{{ end }}

  {{ $restarts := int (get $s "restartCount") }}
  {{ $waiting := dig "state" "waiting" "reason" "" $s }}
  {{ $since := dig "state" "running" "startedAt" "" $s }}
  {{ $ready := get $s "ready" }}
  {{ $name := printf "%s/%s/%%d" $pod.metadata.uid $spec.name }}
  {{ $id := printf "containerd://%s" (sha256sum (printf $name $restarts)) }}
  {{ $running := dict "running" (dict "startedAt" $now) }}
  {{ $died := dict "terminated" (dict "exitCode" 1 "reason" "Error" "startedAt" (default $now $since) "finishedAt" $now "containerID" $id) }}
  {{ if eq $fate "oom" }}
    {{ $died = dict "terminated" (dict "exitCode" 137 "reason" "OOMKilled" "startedAt" (default $now $since) "finishedAt" $now "containerID" $id) }}
  {{ end }}

  {{- /* Leaving ContainerCreating. */ -}}
  {{ $begin := $fate }}
  {{ if has $fate (list "slow" "held" "flap" "restart" "sticky") }}{{ $begin = "run" }}{{ end }}
  {{ if $isInit }}{{ $begin = ternary "init" "" (eq (len $blocked) 0) }}{{ end }}
  {{ if and (eq $move $begin) (has $waiting (list "ContainerCreating" "PodInitializing")) }}
    {{ $notFound := printf "rpc error: code = NotFound desc = failed to pull and unpack image %q: failed to resolve reference %q: %s: not found" $image $image $image }}
    {{ $stuck := dict
         "bad"       (dict "reason" "ErrImagePull" "message" $notFound)
         "invalid"   (dict "reason" "InvalidImageName" "message" (printf "Failed to apply default image tag %q: couldn't parse image name %q: invalid reference format" $image $image))
         "never"     (dict "reason" "ErrImageNeverPull" "message" (printf "Container image %q is not present with pull policy of Never" $image))
         "badconfig" (dict "reason" "CreateContainerConfigError" "message" "configmap \"app-config\" not found")
         "createerr" (dict "reason" "CreateContainerError" "message" (printf "failed to generate container %q spec: failed to generate spec: no command specified" (trimPrefix "containerd://" $id)))
         "runerr"    (dict "reason" "RunContainerError" "message" "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: \"/app\": stat /app: no such file or directory: unknown") }}
    {{ if hasKey $stuck $fate }}
      {{ $_ := set $s "state" (dict "waiting" (get $stuck $fate)) }}
    {{ else }}
      {{ $_ := set $s "imageID" (printf "sha256:%s" (sha256sum $image)) }}
      {{ $_ := set $s "containerID" $id }}
      {{ if has $fate (list "crash" "oom") }}
        {{ $_ := set $s "state" $died }}
      {{ else if and $isInit (not $sidecar) }}
        {{ $_ := set $s "state" (dict "terminated" (dict "exitCode" 0 "reason" "Completed" "startedAt" $now "finishedAt" $now "containerID" $id)) }}
        {{ $_ := set $s "ready" true }}
      {{ else }}
        {{ $_ := set $s "state" $running }}
        {{ $_ := set $s "started" true }}
        {{ $_ := set $s "ready" (or $isInit (not (or $held (has $fate (list "slow" "held" "unready"))))) }}
      {{ end }}
    {{ end }}

  {{- /* A pull that failed is tried again, later and later. */ -}}
  {{ else if and (eq $move "pull-backoff") (eq $waiting "ErrImagePull") }}
    {{ $_ := set $s "state" (dict "waiting" (dict "reason" "ImagePullBackOff" "message" (printf "Back-off pulling image %q: ErrImagePull: %s" $image (dig "state" "waiting" "message" "" $s)))) }}

  {{- /* So is a container that died. */ -}}
  {{ else if and (eq $move "crash-backoff") (ne (int (dig "state" "terminated" "exitCode" 0 $s)) 0) }}
    {{ $_ := set $s "lastState" (get $s "state") }}
    {{ $_ := set $s "restartCount" (add $restarts 1) }}
    {{ $pause := index (list "10s" "20s" "40s" "1m20s" "2m40s") (min $restarts 4) }}
    {{ $_ := set $s "state" (dict "waiting" (dict "reason" "CrashLoopBackOff" "message" (printf "back-off %s restarting failed container=%s pod=%s_%s(%s)" $pause $spec.name $pod.metadata.name $pod.metadata.namespace $pod.metadata.uid))) }}
  {{ else if and (eq $move "crash-again") (eq $waiting "CrashLoopBackOff") (has $fate (list "crash" "oom")) }}
    {{ $_ := set $s "state" $died }}
    {{ $_ := set $s "containerID" $id }}

  {{- /* Healthy at first: flap stays down, restart comes back. */ -}}
  {{ else if and (eq $restarts 0) (or (and (eq $move "flap") (eq $fate "flap") $ready) (and (eq $move "crash-now") $since)) }}
    {{ $_ := set $s "state" $died }}
    {{ $_ := set $s "ready" false }}
    {{ $_ := set $s "started" false }}
  {{ else if and (eq $fate "restart") (eq $restarts 0) (or (and (eq $move "restart") $ready) (and (eq $move "restart-now") $since)) }}
    {{ $_ := set $s "lastState" $died }}
    {{ $_ := set $s "state" $running }}
    {{ $_ := set $s "ready" false }}
    {{ $_ := set $s "restartCount" 1 }}
    {{ $_ := set $s "containerID" (printf "containerd://%s" (sha256sum (printf $name 1))) }}

  {{- /* The readiness probe passes at last. */ -}}
  {{ else if and $since (or (and (eq $move "recover") (eq $fate "restart")) (and (eq $move "slow") (eq $fate "slow")) (and (eq $move "ready") (ne $fate "unready"))) }}
    {{ $_ := set $s "ready" true }}
  {{ end }}

  {{ if $isInit }}
    {{ $init = append $init $s }}
    {{ $done := or (dig "state" "running" "startedAt" "" $s) (eq (dig "state" "terminated" "reason" "" $s) "Completed") }}
    {{ if not $done }}{{ $blocked = append $blocked $spec.name }}{{ end }}
  {{ else }}
    {{ $main = append $main $s }}
  {{ end }}
{{ end }}

{{- /* Ready as the kubelet counts it: every container, then every gate. */ -}}
{{ $unready := list }}
{{ $pending := false }}
{{ range $main }}
  {{ if not .ready }}{{ $unready = append $unready .name }}{{ end }}
  {{ if and (dig "state" "waiting" "reason" "" .) (not (dig "lastState" "terminated" "reason" "" .)) }}{{ $pending = true }}{{ end }}
{{ end }}
{{ $gates := list }}
{{ range .spec.readinessGates }}
  {{ $type := .conditionType }}
  {{ $open := false }}
  {{ range $pod.status.conditions }}{{ if and (eq .type $type) (eq .status "True") }}{{ $open = true }}{{ end }}{{ end }}
  {{ if not $open }}{{ $gates = append $gates $type }}{{ end }}
{{ end }}

{{- /* type, is it true, and if not: reason and message */ -}}
{{ $why := printf "containers with unready status: [%s]" (join " " $unready) }}
{{ $ready := list "Ready" (and (eq (len $unready) 0) (eq (len $gates) 0)) "ContainersNotReady" $why }}
{{ if and (eq (len $unready) 0) (gt (len $gates) 0) }}
  {{ $ready = list "Ready" false "ReadinessGatesNotReady" (printf "the status of pod readiness gate %q is not \"True\", but False" (first $gates)) }}
{{ end }}
{{ $conditions := list }}
{{ range list
     (list "PodReadyToStartContainers" true "" "")
     (list "Initialized" (eq (len $blocked) 0) "ContainersNotInitialized" (printf "containers with incomplete status: [%s]" (join " " $blocked)))
     $ready
     (list "ContainersReady" (eq (len $unready) 0) "ContainersNotReady" $why) }}
  {{ $type := index . 0 }}
  {{ $status := ternary "True" "False" (index . 1) }}
  {{- /* minReadySeconds counts from here: it moves only with the status. */ -}}
  {{ $changed := $now }}
  {{ range $pod.status.conditions }}{{ if and (eq .type $type) (eq .status $status) .lastTransitionTime }}{{ $changed = .lastTransitionTime }}{{ end }}{{ end }}
  {{ $reason := ternary nil (index . 2) (index . 1) }}
  {{ $message := ternary nil (index . 3) (index . 1) }}
  {{ $conditions = append $conditions (dict "type" $type "status" $status "lastTransitionTime" $changed "reason" $reason "message" $message) }}
{{ end }}

{{ $status := dict "conditions" $conditions "containerStatuses" $main "phase" (ternary "Pending" "Running" $pending) "observedGeneration" (get $pod.metadata "generation") }}
{{ if $init }}{{ $_ := set $status "initContainerStatuses" $init }}{{ end }}
{{ if not (get $pod.status "podIP") }}
  {{- /* Addresses are asked for once: each call takes a new one. */ -}}
  {{ $_ := set $status "startTime" $now }}
  {{ $host := NodeIPsWith $pod.spec.nodeName }}
  {{ $ips := PodIPsWith $pod.spec.nodeName (default false (get $pod.spec "hostNetwork")) $pod.metadata.uid $pod.metadata.name $pod.metadata.namespace }}
  {{ with $host }}
    {{ $list := list }}{{ range . }}{{ $list = append $list (dict "ip" .) }}{{ end }}
    {{ $_ := set $status "hostIP" (first .) }}
    {{ $_ := set $status "hostIPs" $list }}
  {{ end }}
  {{ with $ips }}
    {{ $list := list }}{{ range . }}{{ $list = append $list (dict "ip" .) }}{{ end }}
    {{ $_ := set $status "podIP" (first .) }}
    {{ $_ := set $status "podIPs" $list }}
  {{ end }}
{{ end }}

{{- /*
  With its uid the patch cannot hit a new pod of the same name, and with its
  version it cannot undo what somebody else has written meanwhile: the next move
  begins from that.
*/ -}}
{{ toJson (dict "metadata" (dict "uid" $pod.metadata.uid "resourceVersion" $pod.metadata.resourceVersion) "status" $status) }}
