# Claims that a scale-down left behind go, and come back with their data.
before() {
	kubectl scale sts/web --replicas 3
	kubectl wait pod/web-3 pod/web-4 --for delete
}
play() {
	types 'kubectl sts prune-pvc'
	see 'Type 2'
	sleep 2
	enters r
	see 'bring them back'
	clean 3
	types 'kubectl sts restore-pvc web-3 web-4'
	see 'data-web-4 is back'
}
