# An image that nobody can pull: it costs one pod, and the way back is short.
before() { :; }
play() {
	types 'kubectl sts canary web --image nginx=nginx:bad --patience 4s'
	see 'roll back'
	clean 4
	types 'kubectl sts status web'
	see 'roll back'
	clean 4
	types 'kubectl sts abort web'
	see 'y/N'
	enters y
	see 'are back'
}
