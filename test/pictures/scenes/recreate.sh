# A claim template that the API server lets nobody change: the set goes and comes back, and its pods do not notice.
before() { sed 's/storage: 1Gi/storage: 2Gi/' "$root/test/demo/web.yaml" >"$work/web.yaml"; }
play() {
	types 'kubectl apply -f web.yaml'
	see 'Forbidden|immutable'
	clean 4
	types 'kubectl sts recreate -f web.yaml'
	see 'y/N'
	sleep 3
	enters y
	see 'did not exist'
	clean 5
	types 'kubectl get sts,pods'
	see 'web-4 .*Running'
}
