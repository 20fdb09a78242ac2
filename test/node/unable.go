package main

const unable = "node: a real node needs root and Linux"
