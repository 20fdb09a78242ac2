// Package preset has what databases need of a rollout, as data: whether a pod may go, who
// leads and how it steps down, and whether a member has caught up. A preset comes to
// commands and checks as flags give them. It is pure.
package preset
