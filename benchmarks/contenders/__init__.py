"""The contenders, with an adapter each; an adapter lacks the methods that its contender does not support.

cone(artifact_id)      the whole upstream lineage, with depths and edges
nearest(artifact_id)   the nearest 1,000 artifacts of it, with the total
hop(artifact_id)       direct parents and children
get, by_hash, tag      one artifact
register, register_many
"""
