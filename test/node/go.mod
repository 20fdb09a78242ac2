module github.com/kubectl-sts/kubectl-sts/test/node

go 1.26.0

require (
	golang.org/x/net v0.57.0
	golang.org/x/sys v0.47.0
)
